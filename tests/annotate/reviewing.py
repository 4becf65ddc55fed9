"""What the tests of review share: reviewers of every stage, and prompts on their way through the stages."""

from typing import Any

from annotate.domain.states import RoleName
from annotate.models import Annotation, Prompt, Response, Review, User
from annotate.services.projects import member_set
from annotate.services.review_verdicts import Refused, review_approve, review_reject
from tests.people import Cast, add_prompts, annotate_all, person

STAGES = {
    "delivery": RoleName.DELIVERY_REVIEWER,
    "operations": RoleName.OPERATIONS_REVIEWER,
    "research": RoleName.RESEARCH_REVIEWER,
}


def add_member(people: Cast, name: str, *roles: RoleName) -> User:
    """Return a new member of the project."""
    user = person(f"{name}-{people.project.pk}")
    member_set(project=people.project, username=user.username, roles=list(roles), actor=people.owner)
    return user


def reviewers_of(people: Cast) -> dict[str, User]:
    """Return {stage: its reviewer}."""
    others = {stage: add_member(people, stage, role) for stage, role in STAGES.items() if stage != "delivery"}
    return {"delivery": people.lead, **others}


def scores(prompt: Prompt, *values: int) -> dict[int, int]:
    """Return {response: score} in ring order, 5 4 3 2 1 where nothing is said."""
    keys = list(prompt.responses.order_by("ring_index").values_list("pk", flat=True))
    return dict(zip(keys, values or (5, 4, 3, 2, 1)[: len(keys)], strict=True))


def settled(people: Cast, n: int = 1, **options: Any) -> list[Prompt]:
    """Return `n` new prompts that the first two annotators have annotated alike, wherever they were sent.

    The two do all the work that there is, what was returned to them too.
    """
    prompts = add_prompts(people.project, n, **options)
    rows = Response.objects.filter(prompt__project=people.project).values_list("pk", "ring_index")
    everything = {pk: 5 - place for pk, place in rows}
    for user in people.annotators[:2]:
        annotate_all(user, people.project, everything)
    return [Prompt.objects.select_related("project", "category").get(pk=prompt.pk) for prompt in prompts]


def waiting(prompt: Prompt) -> Review:
    """Return the review that a prompt waits for."""
    return Review.objects.get(prompt=prompt, state="waiting", kind="work")


def approve(prompt: Prompt, user: User) -> str:
    """Approve what a prompt waits for; return the state that it is in then."""
    review_approve(user=user, handle=waiting(prompt).handle)
    prompt.refresh_from_db()
    return prompt.state


def words_of(prompt: Prompt, user: User) -> list[Annotation]:
    """Return what a person says of a prompt, by task."""
    rows = Annotation.objects.filter(assignment__prompt=prompt, annotator=user, current=True)
    return list(rows.select_related("assignment__task").order_by("assignment__task__index"))


def refused(annotation: Annotation, **changes: Any) -> Refused:
    """Return an annotation as what a rejection names."""
    slot = annotation.assignment
    return Refused(**{"task": slot.task_id, "pass_number": slot.pass_number or 0, "reason": "", "spans": [], **changes})


def reject(
    prompt: Prompt, user: User, *annotations: Annotation, return_to: str = "same", reason: str = "顺序有误"
) -> None:
    """Reject annotations of a prompt."""
    review_reject(
        user=user,
        handle=waiting(prompt).handle,
        reason=reason,
        return_to=return_to,
        slots=[refused(annotation) for annotation in annotations],
    )
    prompt.refresh_from_db()
