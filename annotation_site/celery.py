"""The Celery application. Jobs are rows of the database; a message carries only an id."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotation_site.settings")

app = Celery("cheems_annotate")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
