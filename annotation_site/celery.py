"""The Celery application. Jobs are rows of the database; a message carries only an id."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["filesystem"] = "annotation_site.broker:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotation_site.settings")

app = Celery("cheems_annotate", task_cls="annotate.shutdown:YieldingTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
