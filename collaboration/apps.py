"""The app of people and models working together."""

from django.apps import AppConfig


class CollaborationConfig(AppConfig):
    """What needs both annotations and reward models; it stands above both rooms, and neither knows of it."""

    name = "collaboration"

    def ready(self) -> None:
        """Have whatever waits for a job of the reward models woken when that job ends."""
        from collaboration import wake

        wake.connect()
