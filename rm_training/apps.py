"""The training app."""

from django.apps import AppConfig


class RmTrainingConfig(AppConfig):
    """From a preference set to a benchmarked reward model."""

    name = "rm_training"
