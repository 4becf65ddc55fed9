"""Draws the review samples: whether a prompt belongs to a stage's sample is settled once, and can be repeated."""

from annotate.domain.sampling import drawn, stratum_of
from annotate.domain.states import AssignmentKind, ReviewStage
from annotate.models import Annotation, Project, Prompt, SampleDraw, Stratum


def share_of(project: Project, stage: ReviewStage) -> float:
    """Return the share of settled prompts that a stage reviews."""
    return {
        ReviewStage.DELIVERY: project.delivery_share,
        ReviewStage.OPERATIONS: project.operations_share,
        ReviewStage.RESEARCH: project.research_share,
    }[stage]


def sample_stages(*, prompt: Prompt) -> list[ReviewStage]:
    """Return the stages whose samples hold a prompt, in order; the first call draws them.

    Call it inside a transaction, with the prompt's row locked.
    """
    draws = list(SampleDraw.objects.filter(prompt=prompt))
    if not draws:
        annotators = _annotators(prompt)
        draws = [_draw(prompt, stage, annotators) for stage in ReviewStage]
    held = {draw.stage for draw in draws if draw.drawn}
    return [stage for stage in ReviewStage if stage in held]


def _annotators(prompt: Prompt) -> list[int]:
    rows = Annotation.objects.filter(assignment__prompt=prompt, assignment__kind=AssignmentKind.WORK, current=True)
    return list(rows.order_by("annotator_id").values_list("annotator_id", flat=True).distinct())


def _draw(prompt: Prompt, stage: ReviewStage, annotators: list[int]) -> SampleDraw:
    """Draw a prompt for a stage. Strata are locked stage by stage in one order, so that no two draws deadlock."""
    project = prompt.project
    stratum, _created = Stratum.objects.select_for_update().get_or_create(
        project=project,
        stage=stage,
        category_id=prompt.category.root_pk,
        annotator_id=stratum_of(annotators, stratum_seed(project.seed, stage, prompt.pk)),
    )
    position, share = stratum.n_seen, share_of(project, stage)
    held = drawn(position, share, draw_seed(project.seed, stratum))
    stratum.n_seen += 1
    stratum.n_drawn += held
    stratum.save(update_fields=["n_seen", "n_drawn"])
    return SampleDraw.objects.create(
        prompt=prompt, stratum=stratum, stage=stage, position=position, share=share, drawn=held
    )


def stratum_seed(seed: int, stage: str, prompt_id: int) -> str:
    """Return what decides for which of its annotators a prompt counts; another one for every stage."""
    return f"{seed}:{stage}:{prompt_id}"


def draw_seed(seed: int, stratum: Stratum) -> str:
    """Return what decides where a stratum's sample starts; another one for every stage."""
    return f"{seed}:{stratum.stage}:{stratum.category_id}:{stratum.annotator_id}"
