"""The planning page's address: a project's own settings, its figures, and what it refuses."""

from typing import Any

import pytest

from annotate.api.planning import PlanSerializer
from annotate.domain.planning import Plan, forecast
from tests.people import Cast, cast

pytestmark = pytest.mark.django_db


def plan(of: Cast, **query: Any) -> dict[str, Any]:
    answer = of.client(of.researcher).get(f"/api/projects/{of.project.pk}/planning", query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    assert body == PlanSerializer(body).data
    return body


def test_what_is_left_out_is_as_in_the_projects_settings() -> None:
    people = cast(
        daily_target=25, passes=3, agreement_threshold=0.8, agreement_measure="weighted", gold_share=0.05, seed=4
    )
    body = plan(people, prompts=300, people=7)
    expected = forecast(
        Plan(300, 7, 25, passes=3, threshold=0.8, measure="weighted", measured_share=0.05, seed=people.project.seed)
    )
    told = body["forecast"]
    assert (told["triples"], told["days"], body["measured_share"]) == (300 * 15, expected.days, 0.05)
    assert told["agreement"]["value"] == pytest.approx(expected.agreement.value)  # type: ignore[union-attr]
    assert told["pairs"]["value"] == pytest.approx(expected.pairs.value)
    assert body["plan"]["passes"] == 3
    assert body["plan"]["triples_a_day"] == 25


def test_the_plot_runs_along_noise_or_along_passes_that_there_are_people_for(people: Cast) -> None:
    noise = plan(people, prompts=200)
    conflicts = [point["forecast"]["conflict_before"]["value"] for point in noise["along"]]
    assert conflicts == sorted(conflicts)
    assert [point["at"] for point in plan(people, prompts=200, people=3, along="passes")["along"]] == [1, 2, 3]
    single = plan(people, prompts=200, passes=1)["forecast"]
    assert single["agreement"] is single["discussed"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"people": 1, "passes": 2}, "people"),
        ({"prompts": 0}, "prompts"),
        ({"noise": "loud"}, "noise"),
        ({"responses": 99}, "responses"),
        ({"along": "people"}, "along"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_its_field(people: Cast, query: dict[str, Any], field: str) -> None:
    answer = people.client(people.researcher).get(f"/api/projects/{people.project.pk}/planning", query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_fewer_responses_than_a_task_shows_are_refused() -> None:
    people = cast(responses_per_task=5)
    answer = people.client(people.owner).get(f"/api/projects/{people.project.pk}/planning", {"responses": 4})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "responses")


def test_only_who_sees_figures_plans(people: Cast) -> None:
    address = f"/api/projects/{people.project.pk}/planning"
    users = (people.lead, people.researcher, people.owner, people.annotators[0], people.outsider)
    assert [people.client(user).get(address).status_code for user in users] == [200, 200, 200, 403, 404]
