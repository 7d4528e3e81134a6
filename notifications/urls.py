"""Addresses of the bell."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("notifications/", views.bell, name="bell"),
    path("notifications/read/", views.bell_read, name="bell-read"),
    path("notifications/<uuid:line_id>/", views.bell_open, name="bell-open"),
]
