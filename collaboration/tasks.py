"""Celery tasks: take an id, call one service."""

from celery import shared_task

from collaboration.services import recipe_preparing
from collaboration.services.waking import wake_all, wake_project


@shared_task(name="collaboration.tasks.wake")
def wake(project_id: int) -> None:
    """Let everything of a project go on that waited for a job."""
    wake_project(project_id=project_id)


@shared_task(name="collaboration.tasks.wake_everything")
def wake_everything() -> None:
    """Let everything go on that waits for something that has happened meanwhile (beat)."""
    wake_all()


@shared_task(name="collaboration.tasks.recipe_prepare")
def recipe_prepare(recipe_id: int) -> None:
    """Make what the judges of a recipe said ready to be sifted."""
    recipe_preparing.recipe_prepare(recipe_id=recipe_id)
