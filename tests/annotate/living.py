"""A project's life in short: random work, withdrawals, discussions, decisions, reviews, rework and probes."""

from datetime import timedelta
from random import Random

from django.db.models import F

from annotate.domain.states import ESCALATED, PromptState
from annotate.models import (
    Annotation,
    Category,
    Comparison,
    Decision,
    DirtyDay,
    FigureDay,
    Probe,
    Project,
    Prompt,
    Ranking,
    Rejection,
    Review,
)
from annotate.problems import Problem
from annotate.services.assignments import assignment_claim
from annotate.services.decisions import Settled, decision_record
from annotate.services.discussions import prompt_escalate, verdict_revise
from annotate.services.figures import figures_refresh
from annotate.services.review_verdicts import Overruled, review_approve, review_overrule, review_reject
from annotate.services.withdrawals import assignment_withdraw
from tests.annotate.measured import add_gold
from tests.annotate.reviewing import refused
from tests.people import Cast, add_prompts, answer_by, cast, submit

VERDICTS = ("a", "b", "equal")


def new_project(measure: str = "exact") -> Cast:
    """Return a cast of four annotators with prompts of two categories and sources, everything reviewed and measured."""
    people = cast(
        4,
        agreement_threshold=0.5,
        agreement_measure=measure,
        delivery_share=0.7,
        research_share=0.5,
        gold_share=0.3,
        gold_mark=0.0,
        repeat_share=0.15,
        repeat_gap=1,
        rejection_limit=1.0,
    )
    add_prompts(people.project, 2, n_responses=4, category="数学", source="open")
    add_prompts(people.project, 2, n_responses=3, category="写作", source="human", start=10)
    root = Category.objects.get(project=people.project, key="数学")
    leaf = Category.objects.create(
        project=people.project, name="代数", path=["数学", "代数"], key="数学/代数", parent=root, root=root
    )
    assert leaf.root_pk == root.pk
    add_prompts(people.project, 1, n_responses=3, category="数学/代数", start=20)
    add_gold(people, 1, category="数学")
    return people


def days_pass(project: Project, n: int = 1) -> None:
    """Let `n` days go by: everything that happened so far happened `n` days earlier."""
    back = timedelta(days=n)
    Annotation.objects.filter(assignment__project=project).update(created_at=F("created_at") - back)
    Decision.objects.filter(prompt__project=project).update(created_at=F("created_at") - back)
    Rejection.objects.filter(assignment__project=project).update(created_at=F("created_at") - back)
    Ranking.objects.filter(prompt__project=project).update(computed_at=F("computed_at") - back)
    Probe.objects.filter(project=project, answered_at__isnull=False).update(answered_at=F("answered_at") - back)
    Review.objects.filter(project=project).update(opened_at=F("opened_at") - back)
    Review.objects.filter(project=project, closed_at__isnull=False).update(closed_at=F("closed_at") - back)
    for model in (FigureDay, DirtyDay):
        for row in model.objects.filter(project=project).order_by("day"):
            model.objects.filter(pk=row.pk).update(day=row.day - back)


def live(people: Cast, seed: int, n_steps: int, *, refresh: bool = True) -> None:
    """Let people act at random, with the figures counted now and then."""
    random = Random(seed)
    acts = [_annotate] * 12 + [_discuss, _settle] * 3 + [_review] * 4 + [_withdraw] * 2
    for _ in range(n_steps):
        act = random.choice(acts)
        try:
            act(people, random)
        except Problem:
            # Acts at random are refused at times; what matters is what the rest leaves.
            continue
        if random.random() < 0.05:
            days_pass(people.project, random.randint(1, 2))
        if refresh and random.random() < 0.1:
            figures_refresh()


def _annotate(people: Cast, random: Random) -> None:
    user = random.choice(people.annotators)
    slots = assignment_claim(user=user, project_id=people.project.pk, count=1).assignments
    if slots:
        scores = {response: random.randint(1, 3) for response in slots[0].display_order}
        submit(user, slots[0], answer_by(scores, slots[0].display_order, seconds=random.uniform(5, 90)))


def _withdraw(people: Cast, random: Random) -> None:
    said = list(Annotation.objects.filter(assignment__project=people.project, current=True).order_by("-id")[:8])
    if said:
        taken = random.choice(said)
        assignment_withdraw(user=taken.annotator, assignment_id=taken.assignment_id)


def _prompt(people: Cast, random: Random, *states: str) -> Prompt | None:
    found = list(people.project.prompts.filter(state__in=states).order_by("id"))
    return random.choice(found) if found else None


def _discuss(people: Cast, random: Random) -> None:
    prompt = _prompt(people, random, PromptState.DISCUSSION)
    if prompt is None:
        return
    said = random.choice(list(Comparison.objects.filter(prompt=prompt, kind="human", current=True).order_by("id")))
    assert said.author is not None
    assert said.task_id is not None
    if random.random() < 0.2:
        prompt_escalate(user=said.author, prompt_id=prompt.pk, reason="说不拢")
        return
    verdict_revise(
        user=said.author,
        prompt_id=prompt.pk,
        task=said.task_id,
        response_a=said.response_a_id,
        response_b=said.response_b_id,
        verdict=random.choice(VERDICTS),
    )


def _settle(people: Cast, random: Random) -> None:
    prompt = _prompt(people, random, *ESCALATED)
    if prompt is None:
        return
    said: dict[tuple[int, int, int], set[str]] = {}
    for row in Comparison.objects.filter(prompt=prompt, kind="human", current=True):
        said.setdefault((row.task_id or 0, row.response_a_id, row.response_b_id), set()).add(row.verdict)
    settled = [Settled(*key, random.choice(VERDICTS)) for key, verdicts in said.items() if len(verdicts) > 1]
    decision_record(user=people.owner, prompt_id=prompt.pk, settled=settled, reason="按指南", clause="1")


def _review(people: Cast, random: Random) -> None:
    found = list(Review.objects.filter(project=people.project, kind="work", state="waiting").order_by("id"))
    if not found:
        return
    review, user = random.choice(found), people.owner
    rows = Annotation.objects.filter(assignment__prompt=review.prompt_id, assignment__kind="work", current=True)
    annotations = list(rows.select_related("assignment").order_by("id"))
    drawn = random.random()
    if drawn < 0.5:
        review_approve(user=user, handle=review.handle)
    elif drawn < 0.7:
        said = Comparison.objects.filter(prompt=review.prompt_id, final=True).order_by("id")[0]
        named = Overruled(said.task_id or 0, said.response_a_id, said.response_b_id, random.choice(VERDICTS))
        review_overrule(user=user, handle=review.handle, verdicts=[named], reason="改判")
    else:
        slots = [refused(one) for one in random.sample(annotations, random.randint(1, 2))]
        where = random.choice(["same", "other"])
        review_reject(user=user, handle=review.handle, reason="重做", return_to=where, slots=slots)
