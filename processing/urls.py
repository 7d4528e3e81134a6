"""Addresses of the work's pages."""

from django.urls import path

from processing import views

urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<uuid:job_id>/", views.job_page, name="job"),
    path("assets/<uuid:asset_id>/steps/", views.job_steps, name="job-steps"),
]
