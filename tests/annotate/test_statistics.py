"""The addresses of figures: what they tell to whom, their filters, their files."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from annotate.api.statistics import MyFiguresSerializer, PeopleSerializer, PersonDetailSerializer, StatisticsSerializer
from annotate.domain.figures import interval_of
from annotate.domain.statistics import ratio_interval
from annotate.models import Annotation, Category, Comparison, Membership, Probe, Ranking, Review, ReviewGold
from annotate.selectors.figure_days import RANKED
from annotate.services.assignments import assignment_claim
from annotate.services.figures import figures_refresh
from tests.annotate.living import days_pass, live, new_project
from tests.annotate.measured import add_gold, answer_worth
from tests.ids import count_from_one
from tests.people import Cast, add_prompts, annotate_all, cast, submit

pytestmark = pytest.mark.django_db

RATES = ("agreement", "gold", "consistency", "conflict", "rejection")


@pytest.fixture(scope="module")
def history(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Yield a project in which much has happened, yesterday and before, all of it counted.

    It is lived once, since that takes seconds; each test's own transaction lies within this one, which is taken back.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        count_from_one()
        people = new_project()
        for seed in range(20):
            live(people, seed, 30, refresh=False)
            if _enough(people):
                break
        days_pass(people.project)
        figures_refresh()
        yield people
        transaction.set_rollback(True)


@pytest.fixture
def lively(history: Cast) -> Cast:
    """Return that project as it was, whatever the test before did to it, and nobody logged in."""
    history.project.refresh_from_db()
    return replace(history, clients={})


def _enough(people: Cast) -> bool:
    gold = Probe.objects.filter(project=people.project, kind="gold", answered_at__isnull=False)
    approved = Review.objects.filter(project=people.project, kind="work", state="approved")
    standing = Ranking.objects.filter(prompt__project=people.project, prompt__state__in=RANKED)
    return gold.count() > 5 and approved.count() > 1 and standing.count() > 1


def statistics(people: Cast, **query: Any) -> dict[str, Any]:
    """Return the statistics that a lead gets, in the shape that the schema promises."""
    answer = people.client(people.lead).get(f"/api/projects/{people.project.pk}/statistics", query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    assert body == StatisticsSerializer(body).data
    return body


def same_first_words(rows: Any) -> tuple[int, int]:
    """Return (same, all) of the comparisons that two annotations of one task made first."""
    of_task: dict[int, list[Annotation]] = defaultdict(list)
    for row in rows.filter(current=True, assignment__kind="work"):
        of_task[row.assignment.task_id].append(row)
    same = n = 0
    for said in of_task.values():
        if len(said) == 2:
            pairs = [
                {
                    (row.response_a_id, row.response_b_id): row.verdict
                    for row in Comparison.objects.filter(annotation=annotation, revises=None)
                }
                for annotation in said
            ]
            same += sum(pairs[0][key] == pairs[1][key] for key in pairs[0])
            n += len(pairs[0])
    return same, n


def test_every_grouping_tells_the_same_whole(lively: Cast) -> None:
    rows = Annotation.objects.filter(assignment__project=lively.project).select_related("assignment")
    same, n = same_first_words(rows)
    probes = Probe.objects.filter(project=lively.project, kind="gold", answered_at__isnull=False)
    gold = sum(probe.n_same or 0 for probe in probes) / sum(probe.n_comparisons or 0 for probe in probes)
    standing = Ranking.objects.filter(prompt__project=lively.project, prompt__state__in=RANKED)
    conflict = sum(row.n_conflicts for row in standing) / sum(row.n_comparisons for row in standing)
    for by in ("day", "category", "source", "annotator", "pair", "heat"):
        body = statistics(lively, by=by)
        total = body["total"]
        assert total["tasks"] == rows.filter(assignment__kind="work", withdrawn=False).count()
        assert total["agreement"]["rate"] == pytest.approx(same / n)
        assert (total["gold"]["rate"], total["gold"]["n"]) == (pytest.approx(gold), probes.count())
        assert (total["conflict"]["rate"], total["prompts"]) == (pytest.approx(conflict), standing.count())
        assert body["n_rows"] == len(body["rows"]) > 1
        if by in {"day", "category", "source", "annotator", "heat"}:
            assert sum(row["tasks"] for row in body["rows"]) == total["tasks"]
        for row in (*body["rows"], total):
            for rate in filter(None, (row[name] for name in RATES)):
                assert 0 <= rate["low"] <= rate["rate"] + 1e-12
                assert rate["rate"] <= rate["high"] + 1e-12 <= 1 + 1e-9
                assert rate["n"] > 0


def test_filters_narrow_to_what_they_name(lively: Cast) -> None:
    whole = statistics(lively, by="category")
    for row in whole["rows"]:
        assert statistics(lively, by="annotator", category=row["category"])["total"]["tasks"] == row["tasks"]
    for row in statistics(lively, by="source")["rows"]:
        assert statistics(lively, by="day", source=row["name"])["total"]["agreement"] == row["agreement"]
    assert statistics(lively, by="day", source="nowhere")["rows"] == []
    days = statistics(lively, by="day")["rows"]
    first = statistics(lively, by="annotator", **{"from": days[0]["key"], "to": days[0]["key"]})
    assert first["total"]["tasks"] == days[0]["tasks"]
    rest = statistics(lively, by="annotator", **{"from": days[1]["key"]})
    assert rest["total"]["tasks"] == whole["total"]["tasks"] - days[0]["tasks"]


def test_the_measure_of_agreement_is_that_of_the_project(lively: Cast) -> None:
    rates = {}
    for measure in ("exact", "ordered", "weighted"):
        lively.project.agreement_measure = measure
        lively.project.save()
        rates[measure] = statistics(lively, by="day")["total"]["agreement"]["rate"]
    assert rates["exact"] < rates["weighted"]
    assert len(set(rates.values())) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"by": "model"}, "by"),
        ({"by": "day", "from": "yesterday"}, "from"),
        ({"by": "day", "from": "2026-02-01", "to": "2026-01-01"}, "to"),
        ({"by": "day", "category": "x"}, "category"),
        ({"by": "day", "category": "99999999"}, "category"),
        ({"by": "day", "source": "a\0"}, "source"),
        ({"by": "day", "export": "xls"}, "export"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_its_name(people: Cast, query: dict[str, str], field: str) -> None:
    answer = people.client(people.lead).get(f"/api/projects/{people.project.pk}/statistics", query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_category_below_the_top_level_or_of_another_project_is_no_filter(lively: Cast) -> None:
    leaf = Category.objects.get(project=lively.project, key="数学/代数")
    add_prompts(cast().project)
    foreign = Category.objects.exclude(project=lively.project).earliest("id")
    for category in (leaf, foreign):
        path = f"/api/projects/{lively.project.pk}/statistics"
        answer = lively.client(lively.lead).get(path, {"by": "day", "category": str(category.pk)})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "category")


def test_a_table_is_exported_as_it_is_shown(lively: Cast) -> None:
    for by in ("day", "pair", "heat"):
        body = statistics(lively, by=by)
        path = f"/api/projects/{lively.project.pk}/statistics"
        answer = lively.client(lively.lead).get(path, {"by": by, "export": "csv"})
        lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))  # type: ignore[arg-type]
        assert [line["key"] for line in lines] == [row["key"] for row in (*body["rows"], body["total"])]
        for line, row in zip(lines, body["rows"], strict=False):
            assert int(line["tasks"]) == row["tasks"]
            expected = row["agreement"]["rate"] if row["agreement"] else None
            assert (float(line["agreement_rate"]) if line["agreement_rate"] else None) == expected
    people_file = lively.client(lively.lead).get(f"/api/projects/{lively.project.pk}/people", {"export": "csv"})
    assert len(b"".join(people_file).decode().splitlines()) == 6  # type: ignore[arg-type]


def test_people_are_told_under_pseudonyms_with_what_they_did(lively: Cast) -> None:
    client = lively.client(lively.lead)
    body = client.get(f"/api/projects/{lively.project.pk}/people").json()
    assert body == PeopleSerializer(body).data
    members = {row.pk: row for row in Membership.objects.filter(project=lively.project).prefetch_related("roles")}
    assert {row["person"] for row in body["results"]} == {
        pk
        for pk, row in members.items()
        if {role.role for role in row.roles.all()} & {"annotator", "delivery_reviewer"}
    }
    for row in body["results"]:
        member = members[row["person"]]
        work = Annotation.objects.filter(assignment__project=lively.project, annotator=member.user, withdrawn=False)
        assert (row["pseudonym"], row["today"]) == (member.pseudonym, 0)
        assert row["tasks"] == work.filter(assignment__kind="work").count()
        recent = work.filter(assignment__kind="work").values_list("created_at", flat=True)
        ages = [(timezone.localdate() - timezone.localdate(at)).days for at in recent]
        assert row["spark"] == [ages.count(age) for age in range(13, -1, -1)]
        assert [category["name"] for category in row["categories"]] == ["写作", "数学"]
        detail = client.get(f"/api/people/{row['person']}").json()
        assert detail == PersonDetailSerializer(detail).data
        assert {name: detail[name] for name in (*RATES, "tasks", "alpha", "tau", "weight")} == {
            name: row[name] for name in (*RATES, "tasks", "alpha", "tau", "weight")
        }
        assert sum(day["tasks"] for day in detail["days"]) == row["tasks"]
        assert sum(category["tasks"] for category in detail["categories"]) == row["tasks"]
        assert sum(partner["n"] for partner in detail["partners"]) == (row["agreement"] or {"n": 0})["n"]
        if row["alpha"] is not None:
            assert detail["alpha_interval"]["low"] <= row["alpha"] <= detail["alpha_interval"]["high"]
            assert detail["tau_interval"]["low"] <= row["tau"] <= detail["tau_interval"]["high"]


def test_figures_of_people_are_for_those_who_may_see_them(lively: Cast) -> None:
    member = Membership.objects.get(project=lively.project, user=lively.annotators[0]).pk
    for path in (
        f"projects/{lively.project.pk}/statistics?by=day",
        f"projects/{lively.project.pk}/people",
        f"people/{member}",
    ):
        assert lively.client(lively.annotators[0]).get(f"/api/{path}").status_code == 403
        assert lively.client(lively.outsider).get(f"/api/{path}").status_code == 404
        assert lively.client(lively.researcher).get(f"/api/{path}").status_code == 200
    assert lively.client(lively.lead).get(f"/api/projects/{lively.project.pk}/my-figures").status_code == 403


def my_figures(people: Cast, place: int = 0) -> dict[str, Any]:
    body: dict[str, Any] = (
        people.client(people.annotators[place]).get(f"/api/projects/{people.project.pk}/my-figures").json()
    )
    assert body == MyFiguresSerializer(body).data
    return body


def test_an_annotator_sees_their_own_figures_as_the_lead_does(lively: Cast) -> None:
    theirs = {
        row["pseudonym"]: row
        for row in lively.client(lively.lead).get(f"/api/projects/{lively.project.pk}/people").json()["results"]
    }
    for place, user in enumerate(lively.annotators):
        mine, row = (
            my_figures(lively, place),
            theirs[Membership.objects.get(project=lively.project, user=user).pseudonym],
        )
        own = Annotation.objects.filter(assignment__project=lively.project, annotator=user, withdrawn=False)
        assert mine["total"] == own.count()
        assert mine["agreement"]["rate"] == pytest.approx(row["agreement"]["rate"])
        assert mine["rejections"]["n_reviewed"] == (row["rejection"] or {"n": 0})["n"]
        assert (mine["gold"] is not None) == ((row["gold"] or {"n": 0})["n"] >= 5)
        assert len(mine["days"]) == 30
        assert sum(category["tasks"] for category in mine["categories"]) == mine["total"]


def test_one_answer_does_not_show_in_ones_own_figures_whether_it_was_gold_or_work() -> None:
    """Blindness: after any answer, whatever slot it was for, the same figures have changed in the same way."""
    people = cast(2, gold_share=0.5, gold_mark=0.0)
    add_gold(people, 2)
    add_prompts(people.project, 3)
    annotate_all(people.annotators[1], people.project, dict.fromkeys(range(100_000), 3))
    figures_refresh()
    kinds = set()
    for _ in range(12):
        before = my_figures(people)
        (slot,) = assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=1).assignments
        submit(people.annotators[0], slot, answer_worth(slot, 2))
        figures_refresh()
        after = my_figures(people)
        kinds.add(slot.kind)
        assert after["total"] == before["total"] + 1 == after["today"]
        assert after["days"][-1] == {**before["days"][-1], "tasks": before["days"][-1]["tasks"] + 1}
        assert [row["tasks"] for row in after["categories"]] == [row["tasks"] + 1 for row in before["categories"]]
        still = ("agreement", "gold", "consistency", "rejections")
        assert {name: after[name] for name in still} == {name: before[name] for name in still}
    assert kinds == {"work", "gold"}


def test_reviewers_are_measured_on_reviews_of_known_outcome(lively: Cast) -> None:
    member = Membership.objects.get(project=lively.project, user=lively.lead)
    closed = Review.objects.filter(project=lively.project, kind="work", state="approved")[:3]
    for number, source in enumerate(closed):
        gold = ReviewGold.objects.create(
            project=lively.project, source=source, approve=number > 0, reason="理由", created_by=lively.owner
        )
        Review.objects.create(
            prompt=source.prompt,
            project=lively.project,
            stage=source.stage,
            kind="gold",
            state="approved",
            round=1,
            shown=source.shown,
            gold=gold,
            reserved_for=lively.lead,
            reviewer=lively.lead,
            opened_at=timezone.now(),
            closed_at=timezone.now(),
        )
    told = lively.client(lively.lead).get(f"/api/people/{member.pk}").json()["review_gold"]
    assert (told["rate"], told["n"]) == (pytest.approx((len(closed) - 1) / len(closed)), len(closed))


@pytest.mark.parametrize(
    "outcomes",
    [
        ((0, 3, 5), (1, 3, 9), (3, 3, 30)),
        ((0.5, 3, 2), (3, 3, 4)),
        ((0, 9, 30), (2, 12, 50), (4, 15, 40), (9, 18, 9)),
        ((0, 1, 3), (1, 1, 90)),
    ],
)
def test_the_computed_bootstrap_is_what_drawing_comes_close_to(outcomes: Any) -> None:
    exact, drawn = interval_of(outcomes), ratio_interval(outcomes)
    assert exact is not None
    assert drawn is not None
    assert exact.low == pytest.approx(drawn.low, abs=0.05)
    assert exact.high == pytest.approx(drawn.high, abs=0.05)
