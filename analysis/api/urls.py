"""Addresses of the analysis API, below /api/v1/."""

from django.urls import include, path

from analysis.api import collections, comparisons, keyframes, matches, moderation, people, transcripts, views

urlpatterns = [
    path("media/analyze", views.AnalyzeView.as_view(), name="api-analyze"),
    path(
        "media/analysis/<uuid:analysis_id>/results",
        views.ResultsView.as_view(),
        name="api-analysis-results",
    ),
    path("assets/<uuid:asset_id>/moments/", views.MomentListView.as_view(), name="api-moments"),
    path(
        "assets/<uuid:asset_id>/analyses/<uuid:analysis_id>/show",
        views.ShowView.as_view(),
        name="api-analysis-show",
    ),
    path(
        "assets/<uuid:asset_id>/analyses/<uuid:analysis_id>/compare/<uuid:other_id>",
        comparisons.ComparisonView.as_view(),
        name="api-analysis-compare",
    ),
    path("assets/<uuid:asset_id>/keyframes", keyframes.KeyframesView.as_view(), name="api-keyframes"),
    path("assets/<uuid:asset_id>/matches/", matches.MatchListView.as_view(), name="api-matches"),
    path(
        "collections/<uuid:collection_id>/analysis",
        collections.CollectionAnalysisView.as_view(),
        name="api-collection-analysis",
    ),
    path("reference-works/", matches.ReferenceListView.as_view(), name="api-reference-works"),
    path("reference-works/<uuid:work_id>/", matches.ReferenceView.as_view(), name="api-reference-work"),
    path("people/", people.PeopleListView.as_view(), name="api-people"),
    path("people/<uuid:person_id>/", people.PersonView.as_view(), name="api-person"),
    path(
        "people/<uuid:person_id>/consents/", people.PersonConsentsView.as_view(), name="api-person-consents"
    ),
    path(
        "people/<uuid:person_id>/withdraw/", people.PersonWithdrawView.as_view(), name="api-person-withdraw"
    ),
    path(
        "people/<uuid:person_id>/pictures/", people.PersonPicturesView.as_view(), name="api-person-pictures"
    ),
    path(
        "people/<uuid:person_id>/pictures/<uuid:picture_id>/",
        people.PersonPictureView.as_view(),
        name="api-person-picture",
    ),
    path("assets/<uuid:asset_id>/transcript", transcripts.TranscriptView.as_view(), name="api-transcript"),
    path(
        "assets/<uuid:asset_id>/transcript/file",
        transcripts.TranscriptFileView.as_view(),
        name="api-transcript-file",
    ),
    path(
        "assets/<uuid:asset_id>/transcript/captions",
        transcripts.TranscriptCaptionsView.as_view(),
        name="api-transcript-captions",
    ),
    path(
        "assets/<uuid:asset_id>/transcript/versions",
        transcripts.TranscriptVersionsView.as_view(),
        name="api-transcript-versions",
    ),
    path(
        "assets/<uuid:asset_id>/transcript/versions/<int:number>",
        transcripts.TranscriptVersionView.as_view(),
        name="api-transcript-version",
    ),
    path(
        "assets/<uuid:asset_id>/transcript/versions/<int:number>/restore",
        transcripts.TranscriptRestoreView.as_view(),
        name="api-transcript-restore",
    ),
    path("moderation/", include(moderation.urlpatterns)),
]
