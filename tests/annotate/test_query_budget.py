"""No page costs a number of queries that grows with its rows: every readable address, with few rows and with many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.domain.states import RoleName
from annotate.models import Category, Project, Review
from annotate.services.guidelines import guideline_save
from annotate.services.projects import member_set
from tests.annotate.test_access import operations
from tests.people import Cast, add_prompts, annotate_all, person

pytestmark = pytest.mark.django_db

# What must be made by a worker first, and is counted by the tests of its own.
ELSEWHERE = (
    "/api/imports/{",
    "/api/sets/{",
    "/api/runs/{",
    "/api/models/{",
    "/api/evaluations/{",
    "/api/projects/{project_id}/models/compare",  # two models, read from two files
    "/api/filters/{",
    "/api/judge-runs/{",
    "/api/sampling-runs/{",
    "/api/recipes/{",
    "/api/schema",
    # What an owner who does not annotate may not read.
    "/api/projects/{project}/my-",
    "/api/projects/{project}/assignments/recent",
    "/api/assignments/{",
    "/api/exams/{",
    "/api/projects/{project}/exams",
)


def fill(people: Cast, start: int, n: int) -> None:
    """Add `n` prompts of as many categories, half of them in discussion and half before review, and `n` members."""
    everything = dict.fromkeys(range(100_000), 3)
    Project.objects.filter(pk=people.project.pk).update(delivery_share=1.0)
    one, two = people.annotators
    for index in range(start, start + n):
        (prompt,) = add_prompts(people.project, category=f"类别 {index}", start=index)
        guideline_save(user=people.owner, category_id=prompt.category_id, text="指南")
        member = person(f"member-{people.project.pk}-{index}")
        member_set(project=people.project, username=member.username, roles=[RoleName.ANNOTATOR], actor=people.owner)
        annotate_all(one, people.project, everything)
        responses = list(prompt.responses.order_by("ring_index").values_list("pk", flat=True))
        turned = dict(zip(responses, (1, 2, 3, 4, 5), strict=True)) if index % 2 else {}
        annotate_all(two, people.project, {**everything, **turned})


def costs(people: Cast) -> dict[str, int]:
    """Return {address: number of queries} as the owner reads everything of the project."""
    client = people.client(people.owner)
    prompt = people.project.prompts.filter(state="discussion").earliest("id")
    values = {
        "project": people.project.pk,
        "project_id": people.project.pk,
        "prompt": prompt.pk,
        "review": Review.objects.filter(project=people.project, state="waiting").earliest("id").handle,
        "person": people.project.memberships.earliest("id").pk,
        "category": Category.objects.filter(project=people.project).earliest("id").pk,
    }
    counted = {}
    for method, path in operations():
        if method != "get" or path.startswith(ELSEWHERE):
            continue
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.get(path.format(**values))
        assert answer.status_code == 200, (path, answer.content)
        counted[path] = len(captured)
    return counted


def test_no_address_costs_more_queries_with_more_rows(people: Cast) -> None:
    fill(people, 0, 2)
    few = costs(people)
    fill(people, 2, 8)
    many = costs(people)
    assert {path: (few[path], n) for path, n in many.items() if n > few[path]} == {}
    assert len(many) >= 12
    assert max(many.values()) <= 24
