"""What is looked at when something may have happened that it waits for."""

from collections.abc import Callable

from collaboration.services.ablations import ablations_resume
from collaboration.services.loop_work import loop_resume
from collaboration.services.priority_runs import priority_runs_resume
from collaboration.services.recipe_steps import recipes_resume
from collaboration.services.suspicion_runs import suspicion_runs_resume

# Each takes a project's id, or None for every project; it looks at the rows and may be called at any time, also twice
# at once.
RESUMERS: tuple[Callable[[int | None], None], ...] = (
    loop_resume,
    suspicion_runs_resume,
    priority_runs_resume,
    recipes_resume,
    ablations_resume,
)


def wake_project(*, project_id: int) -> None:
    """Let everything of a project go on."""
    _wake(project_id)


def wake_all() -> None:
    """Let everything go on."""
    _wake(None)


def _wake(project_id: int | None) -> None:
    """Ask one after the other; what goes wrong with one keeps none of the others back, and is raised at the end."""
    errors = []
    for resume in RESUMERS:
        try:
            resume(project_id)
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("What waited could not all go on.", errors)
