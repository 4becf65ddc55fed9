"""A project whose people have judged prompts, and whose current model likes a response by its characters of "好"."""

from dataclasses import dataclass

from django.test import override_settings
from django.utils import timezone

from annotate.models import PreferenceSet, Prompt, Response
from annotate.services.sets import set_run
from collaboration.services.waking import wake_all, wake_project
from rm_training.models import Promotion, RewardModel, ScoringJob
from rm_training.scoring import scoring_execute
from tests.annotate.finished import texts
from tests.people import Cast, add_prompts, annotate_all
from tests.rm_training.conftest import external

N_RESPONSES = 3


@dataclass
class Judged:
    """Accepted prompts, of which people judged `wrong` the other way round from what the model likes."""

    people: Cast
    prompts: list[Prompt]
    wrong: set[int]
    benchmark: PreferenceSet
    model: RewardModel


def written(people: Cast, n: int, *, start: int = 0) -> list[Prompt]:
    """Return new prompts of which no two are alike; the later a response stands on the ring, the better it is."""
    prompts = add_prompts(people.project, n, n_responses=N_RESPONSES, start=start)
    for prompt, text in zip(prompts, texts(n, start), strict=True):
        Prompt.objects.filter(pk=prompt.pk).update(text=text)
        for response in prompt.responses.all():
            Response.objects.filter(pk=response.pk).update(text="好" * (1 + 2 * response.ring_index) + "。")
    return list(Prompt.objects.filter(pk__in=[prompt.pk for prompt in prompts]).order_by("pk"))


def judged(people: Cast, n: int = 12, n_wrong: int = 2) -> Judged:
    """Return a project with `n` accepted prompts and a model that was just made the current one.

    Two annotators judged the last `n_wrong` prompts the wrong way round.
    """
    prompts = written(people, n)
    wrong = {prompt.pk for prompt in prompts[n - n_wrong :]} if n_wrong else set()
    quality = {
        response.pk: 1 + (N_RESPONSES - 1 - response.ring_index if prompt.pk in wrong else response.ring_index)
        for prompt in prompts
        for response in prompt.responses.all()
    }
    for person in people.annotators:
        annotate_all(person, people.project, quality)
    assert {row.state for row in Prompt.objects.filter(project=people.project)} == {"accepted"}
    benchmark = frozen(people)
    model = external(people, "rm-7")
    promote(people, model, benchmark)
    return Judged(people, prompts, wrong, benchmark, model)


def frozen(people: Cast) -> PreferenceSet:
    """Return the next version of a set of all accepted prompts, 40% of them on its benchmark."""
    # The stand-in for the engine is looked at without pause; a beat from beside would meet the test's own transaction.
    with override_settings(JOB_HEARTBEAT_SECONDS=30):
        row = set_run(project=people.project, name="甲", filters={}, benchmark_share=0.4, seed=1, note="")
    assert row.state == "frozen", row.error
    return row


def promote(people: Cast, model: RewardModel, benchmark: PreferenceSet) -> Promotion:
    """Make a model the current one, as a person does."""
    return Promotion.objects.create(
        project=people.project,
        reward_model=model,
        set=benchmark,
        state="promoted",
        reason="试用",
        decided_at=timezone.now(),
    )


def carried_out(people: Cast) -> None:
    """Do all the scoring that is queued, and wake whatever waits for it, as messages and beat do."""
    wake_all()
    for job in ScoringJob.objects.filter(state="queued", reward_model__project=people.project):
        scoring_execute(job_id=job.pk, stopping=lambda: False)
    wake_project(project_id=people.project.pk)
    wake_all()
