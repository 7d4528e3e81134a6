"""Addresses of the notifications API, below /api/v1/."""

from django.urls import path

from notifications.api import views

urlpatterns = [
    path("notifications/", views.NotificationListView.as_view(), name="api-notifications"),
    path("notifications/read", views.NotificationReadView.as_view(), name="api-notifications-read"),
    path("notifications/unread", views.UnreadView.as_view(), name="api-notifications-unread"),
]
