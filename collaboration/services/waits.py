"""What this room waits for: jobs of other rooms, and how they ended."""

from typing import NamedTuple

from annotate.domain.states import RunState, ScoringState, SetState
from annotate.models import PreferenceSet
from rm_training.models import ScoringJob, TrainingRun


class Ended(NamedTuple):
    """How a job ended: well where `code` is empty, else with what its page says."""

    code: str = ""
    message: str = ""


def run_ended(run: TrainingRun | None) -> Ended | None:
    """Return how a run ended; None while it goes on."""
    assert run is not None, "a step that waits for a run has one"
    if run.state == RunState.SUCCEEDED:
        return Ended()
    if run.state == RunState.FAILED:
        return Ended("run_failed", run.error)
    return Ended("run_cancelled", "") if run.state == RunState.CANCELLED else None


def scoring_ended(job: ScoringJob | None) -> Ended | None:
    """Return how a scoring ended; None while it goes on."""
    assert job is not None, "a step that waits for a scoring has one"
    if job.state == ScoringState.SUCCEEDED:
        return Ended()
    if job.state == ScoringState.FAILED:
        return Ended("scoring_failed", job.error)
    return Ended("scoring_cancelled", "") if job.state == ScoringState.CANCELLED else None


def set_ended(preference_set: PreferenceSet | None) -> Ended | None:
    """Return how the freezing of a set ended, its message being the set's own code; None while it goes on."""
    assert preference_set is not None, "a step that waits for a set has one"
    if preference_set.state == SetState.FROZEN:
        return Ended()
    return Ended("set_failed", preference_set.error) if preference_set.state == SetState.FAILED else None
