"""What a project's settings say of a plan."""

from annotate.domain.planning import Plan
from annotate.models import Project


def plan_of(project: Project, *, prompts: int, people: int, **given: float | str) -> Plan:
    """Return a plan by a project's settings, but for what is given."""
    settings = {
        "triples_a_day": project.daily_target,
        "passes": project.passes,
        "width": project.responses_per_task,
        "threshold": project.agreement_threshold,
    }
    return Plan(
        prompts=prompts,
        people=people,
        **{**settings, **given},  # type: ignore[arg-type]
        measure=project.agreement_measure,
        measured_share=project.gold_share + project.repeat_share,
        seed=project.seed,
    )
