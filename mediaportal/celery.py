"""The Celery app. Celery carries messages only; what is to be done, and by whom, stands in PostgreSQL."""

import os

from celery import Celery
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediaportal.settings")

# Nor are messages put back when a worker ends: see CELERY_BROKER_TRANSPORT_OPTIONS.
Channel.do_restore = False

app = Celery("mediaportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
