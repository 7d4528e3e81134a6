"""Addresses of the pages of analyses."""

from django.urls import path

from analysis import views

urlpatterns = [
    path("assets/<uuid:asset_id>/analyses/", views.asset_analyses, name="asset-analyses"),
    path("assets/<uuid:asset_id>/timeline/", views.asset_timeline, name="asset-timeline"),
    path("assets/<uuid:asset_id>/keyframes/", views.asset_keyframes, name="asset-keyframes"),
    path("assets/<uuid:asset_id>/matches/", views.asset_matches, name="asset-matches"),
    path("collections/<uuid:collection_id>/analyses/", views.collection_analyses, name="collection-analyses"),
    path("matches/<uuid:match_id>/", views.match_page, name="match"),
]
