"""The annotation app."""

from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    """Everything up to a frozen preference set."""

    name = "annotate"
