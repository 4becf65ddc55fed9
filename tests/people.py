"""The cast: one project with somebody in every role, and an outsider."""

from dataclasses import dataclass, field
from functools import cache
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.domain.states import RoleName
from annotate.models import Assignment, Category, Project, Prompt, Response, User
from annotate.services.annotations import Answer, annotation_submit
from annotate.services.assignments import assignment_claim
from annotate.services.projects import member_set
from annotate.services.prompts import tasks_set_up

PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """A project and its people."""

    project: Project
    owner: User
    researcher: User
    lead: User
    annotators: list[User]
    outsider: User
    clients: dict[int, APIClient] = field(default_factory=dict)

    def client(self, user: User) -> APIClient:
        """Return a client logged in as `user`."""
        if user.pk not in self.clients:
            self.clients[user.pk] = APIClient()
            self.clients[user.pk].force_login(user)
        return self.clients[user.pk]


@cache
def _hashed() -> str:
    # Hashing is slow on purpose; the cast shares one password.
    return make_password(PASSWORD)


def person(name: str, **columns: object) -> User:
    """Return a new person, whose password is PASSWORD."""
    return User.objects.create(username=name, password=_hashed(), **columns)


def cast(n_annotators: int = 2, **settings: object) -> Cast:
    """Return a project with an owner, a researcher, a QA lead, annotators and an outsider.

    Nothing is reviewed, measured or repeated unless the settings say so.
    """
    settings = {
        "delivery_share": 0.0,
        "operations_share": 0.0,
        "research_share": 0.0,
        "gold_share": 0.0,
        "repeat_share": 0.0,
        **settings,
    }
    project = Project.objects.create(name=f"项目 {uuid4().hex[:8]}", **settings)
    tag = uuid4().hex[:6]
    owner = person(f"owner-{tag}")
    member_set(project=project, username=owner.username, roles=[RoleName.OWNER], actor=None)
    roles = {"researcher": RoleName.RESEARCHER, "lead": RoleName.DELIVERY_REVIEWER}
    people = {}
    for name, role in roles.items():
        people[name] = person(f"{name}-{tag}")
        member_set(project=project, username=people[name].username, roles=[role], actor=owner)
    annotators = [person(f"annotator{n}-{tag}") for n in range(n_annotators)]
    for user in annotators:
        member_set(project=project, username=user.username, roles=[RoleName.ANNOTATOR], actor=owner)
    return Cast(project=project, owner=owner, annotators=annotators, outsider=person(f"outsider-{tag}"), **people)


def add_prompts(
    project: Project, n: int = 1, *, n_responses: int = 5, category: str = "数学", source: str = "open", start: int = 0
) -> list[Prompt]:
    """Return `n` prompts with responses and tasks, ready to be annotated."""
    leaf, _ = Category.objects.get_or_create(
        project=project, key=category, defaults={"name": category, "path": [category]}
    )
    prompts = [
        Prompt.objects.create(
            project=project,
            category=leaf,
            external_id=f"p{start + index}",
            text=f"第 {start + index} 题：{index} 加 {index} 等于多少？",
            text_sha256=f"{project.pk}-{start + index}",
            source=source,
            subset="human" if source == "human" else "open",
            state="imported",
            state_at=timezone.now(),
        )
        for index in range(n)
    ]
    Response.objects.bulk_create(
        Response(
            prompt=prompt,
            ring_index=place,
            model=f"secret-model-{place}",
            text=f"回答 {place}：等于 {place}。",
            text_sha256=str(place),
        )
        for prompt in prompts
        for place in range(n_responses)
    )
    tasks_set_up(project=project)
    return prompts


def answer_by(quality: dict[int, int], shown: list[int], **changes: object) -> Answer:
    """Return the answer of somebody who scores every response by `quality` (0 to 5) and ties equal ones."""
    scores = {response: quality[response] for response in shown}
    order = [[r for r in shown if scores[r] == score] for score in sorted(set(scores.values()), reverse=True)]
    values = {"scores": scores, "order": order, "discarded": [], "notes": "", "seconds": 30.0, **changes}
    return Answer(**values)  # type: ignore[arg-type]


def submit(user: User, slot: Assignment, answer: Answer) -> None:
    """Send in an answer for a leased slot."""
    annotation_submit(user=user, assignment_id=slot.pk, token=slot.token, idempotency_key=uuid4(), answer=answer)


def annotate_all(user: User, project: Project, quality: dict[int, int]) -> int:
    """Do all the work that a person can get in a project; return how many tasks that was."""
    n_done = 0
    while True:
        claim = assignment_claim(user=user, project_id=project.pk, count=1)
        if not claim.assignments:
            return n_done
        slot = claim.assignments[0]
        submit(user, slot, answer_by(quality, slot.display_order))
        n_done += 1
