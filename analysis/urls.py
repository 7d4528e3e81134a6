"""Addresses of the pages of analyses."""

from django.urls import include, path

from analysis import moderationviews, peopleviews, views

urlpatterns = [
    path("assets/<uuid:asset_id>/analyses/", views.asset_analyses, name="asset-analyses"),
    path("assets/<uuid:asset_id>/timeline/", views.asset_timeline, name="asset-timeline"),
    path("assets/<uuid:asset_id>/keyframes/", views.asset_keyframes, name="asset-keyframes"),
    path("assets/<uuid:asset_id>/matches/", views.asset_matches, name="asset-matches"),
    path(
        "assets/<uuid:asset_id>/analyses/<uuid:analysis_id>/beside/<uuid:other_id>/",
        views.comparison_page,
        name="analysis-comparison",
    ),
    path("people/", peopleviews.people_list, name="people"),
    path("people/new/", peopleviews.person_new, name="person-new"),
    path("people/<uuid:person_id>/", peopleviews.person_page, name="person"),
    path("people/<uuid:person_id>/consents/", peopleviews.person_consent, name="person-consent"),
    path("people/<uuid:person_id>/withdraw/", peopleviews.person_withdraw, name="person-withdraw"),
    path("people/<uuid:person_id>/delete/", peopleviews.person_delete, name="person-delete"),
    path("people/<uuid:person_id>/pictures/", peopleviews.person_pictures, name="person-pictures"),
    path(
        "people/<uuid:person_id>/pictures/send/", peopleviews.person_picture_send, name="person-picture-send"
    ),
    path(
        "people/<uuid:person_id>/pictures/<uuid:picture_id>/delete/",
        peopleviews.person_picture_delete,
        name="person-picture-delete",
    ),
    path("collections/<uuid:collection_id>/analyses/", views.collection_analyses, name="collection-analyses"),
    path("matches/<uuid:match_id>/", views.match_page, name="match"),
    path("review/", include(moderationviews.urlpatterns)),
]
