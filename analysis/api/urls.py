"""Addresses of the analysis API, below /api/v1/."""

from django.urls import path

from analysis.api import matches, views

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
    path("assets/<uuid:asset_id>/matches/", matches.MatchListView.as_view(), name="api-matches"),
    path("reference-works/", matches.ReferenceListView.as_view(), name="api-reference-works"),
    path("reference-works/<uuid:work_id>/", matches.ReferenceView.as_view(), name="api-reference-work"),
]
