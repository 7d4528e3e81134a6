"""Addresses of the work's pages."""

from django.urls import path

from processing import presetviews, views

urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<uuid:job_id>/", views.job_page, name="job"),
    path("assets/<uuid:asset_id>/steps/", views.job_steps, name="job-steps"),
    path("assets/<uuid:asset_id>/packages/", views.asset_packages, name="asset-packages"),
    path("assets/<uuid:asset_id>/pictures/", views.asset_pictures, name="asset-pictures"),
    path("presets/", presetviews.preset_list, name="presets"),
    path("presets/new/", presetviews.preset_new, name="preset-new"),
    path("presets/<slug:slug>/", presetviews.preset_edit, name="preset"),
    path("presets/<slug:slug>/default/", presetviews.preset_default, name="preset-default"),
    path("presets/<slug:slug>/delete/", presetviews.preset_delete, name="preset-delete"),
]
