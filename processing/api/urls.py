"""Addresses of the job API, below /api/v1/."""

from django.urls import path

from processing.api import licences, packages, presets, stills, transcode, views

urlpatterns = [
    path("media/job/<uuid:job_id>/status", views.JobStatusView.as_view(), name="api-job-status"),
    path("media/job/<uuid:job_id>/graph", views.JobGraphView.as_view(), name="api-job-graph"),
    path("media/job/<uuid:job_id>/cancel", views.JobCancelView.as_view(), name="api-job-cancel"),
    path("media/job/<uuid:job_id>/retry", views.JobRetryView.as_view(), name="api-job-retry"),
    path("media/job/<uuid:job_id>/priority", views.JobPriorityView.as_view(), name="api-job-priority"),
    path("media/transcode", transcode.TranscodeView.as_view(), name="api-transcode"),
    path("assets/<uuid:asset_id>/packages/", packages.PackageListView.as_view(), name="api-packages"),
    path("assets/<uuid:asset_id>/poster", stills.PosterView.as_view(), name="api-asset-poster"),
    path("assets/<uuid:asset_id>/captures", stills.CapturesView.as_view(), name="api-asset-captures"),
    path(
        "assets/<uuid:asset_id>/captures/<uuid:capture_id>",
        stills.CaptureView.as_view(),
        name="api-asset-capture",
    ),
    path("jobs/", views.JobListView.as_view(), name="api-jobs"),
    path("packages/<uuid:package_id>/license", licences.LicenseView.as_view(), name="api-package-license"),
    path("packages/<uuid:package_id>/keys/<uuid:kid>", licences.KeyView.as_view(), name="api-package-key"),
    path("presets/", presets.PresetListView.as_view(), name="api-presets"),
    path("presets/<slug:slug>/", presets.PresetView.as_view(), name="api-preset"),
    path("presets/<slug:slug>/make-default", presets.PresetDefaultView.as_view(), name="api-preset-default"),
]
