"""The report of bias over the API: against the comparisons as they are stored, for whom, and as days change."""

from collections import defaultdict
from datetime import datetime
from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.api.bias import BiasSerializer
from annotate.domain.bias import LENGTH_EDGES
from annotate.domain.bias_table import stream_unpacked
from annotate.domain.types import DomainError
from annotate.models import BiasDay, Comparison, FigureDay, JudgeRun, Membership, Response, User
from annotate.services.assignments import assignment_claim
from annotate.services.figures import figures_check, figures_recount, figures_refresh
from annotate.services.withdrawals import assignment_withdraw
from tests.annotate.judged import endpoint, settled_prompts, trial
from tests.annotate.living import days_pass, live, new_project
from tests.people import Cast, add_prompts, answer_by, submit

pytestmark = pytest.mark.django_db


def report(people: Cast, user: User | None = None, **query: str) -> dict[str, Any]:
    answer = people.client(user or people.lead).get(f"/api/projects/{people.project.pk}/bias", query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    assert body == BiasSerializer(body).data
    return body


def counted(people: Cast) -> list[tuple[int, int, int, int, int]]:
    """Return (author, place of A, place of B, difference, verdict) of what holds, from the stored comparisons."""
    lengths = {row.pk: len(row.text) for row in Response.objects.all()}
    rows = []
    said = Comparison.objects.filter(
        prompt__project=people.project,
        kind="human",
        revises=None,
        annotation__current=True,
        annotation__withdrawn=False,
    ).exclude(annotation__assignment__kind="exam")
    for row in said.filter(annotation__assignment__kind="work"):
        a, b, verdict = row.response_a_id, row.response_b_id, {"a": 1, "b": -1, "equal": 0}[row.verdict]
        place_a, place_b = row.position_a, row.position_b
        assert row.author_id is not None
        assert place_a is not None
        assert place_b is not None
        if place_a > place_b:
            a, b, place_a, place_b, verdict = b, a, place_b, place_a, -verdict
        rows.append((row.author_id, place_a, place_b, lengths[a] - lengths[b], verdict))
    return rows


def share(verdicts: list[int], ties: str) -> float | None:
    kept = [verdict for verdict in verdicts if verdict or ties == "half"]
    return sum((verdict + 1) / 2 for verdict in kept) / len(kept) if kept else None


def lengthen(people: Cast) -> None:
    """Give responses lengths that differ."""
    rows = list(Response.objects.filter(prompt__project=people.project).order_by("id"))
    for place, row in enumerate(rows):
        row.text = f"{row.text}" + "字" * ((place * 37) % 301)
    Response.objects.bulk_update(rows, ["text"])


@pytest.mark.parametrize("ties", ["half", "apart"])
def test_a_project_in_which_much_has_happened_is_told_as_its_comparisons_say(ties: str) -> None:
    people = new_project()
    lengthen(people)
    # What happens depends on the ids that the database gives, so it may take more or less until much has.
    for seed in range(20):
        live(people, seed, 25, refresh=False)
        if len(counted(people)) > 40:
            break
    days_pass(people.project)
    figures_refresh()
    rows = counted(people)
    assert len(rows) > 40
    body = report(people, ties=ties)
    (author,) = body["authors"]
    assert (author["author"], author["first"]["n"]) == ("human", len(rows))
    assert author["first"]["n_ties"] == sum(row[4] == 0 for row in rows)
    assert author["first"]["share"] == pytest.approx(share([row[4] for row in rows], ties))
    edges = [-(10**9), *LENGTH_EDGES, 10**9]
    for number, cell in enumerate(author["lengths"]):
        inside = [row[4] for row in rows if edges[number] <= row[3] < edges[number + 1]]
        assert (cell["n"], cell["share"]) == (len(inside), pytest.approx(share(inside, ties)))
    at_places = defaultdict(list)
    for _user, a, b, _difference, verdict in rows:
        at_places[a, b].append(verdict)
    assert {(cell["a"], cell["b"]): cell["n"] for cell in author["places"]} == {k: len(v) for k, v in at_places.items()}
    longer = [verdict if difference > 0 else -verdict for *_, difference, verdict in rows if difference]
    assert author["longer"]["share"] == pytest.approx(share(longer, ties))
    names = dict(Membership.objects.filter(project=people.project).values_list("pseudonym", "user_id"))
    assert len(body["people"]) > 1
    for person in body["people"]:
        own = [row for row in rows if row[0] == names[person["pseudonym"]]]
        assert person["first"]["n"] == len(own)
        assert person["first"]["share"] == pytest.approx(share([row[4] for row in own], ties))
    assert sum(person["first"]["n"] for person in body["people"]) == len(rows)
    assert list(figures_check(project=people.project)) == []


def biased(people: Cast) -> None:
    """Let two people work: the first always prefers what stands first, the second what is longer."""
    add_prompts(people.project, 8)
    lengthen(people)
    lengths = {row.pk: len(row.text) for row in Response.objects.filter(prompt__project=people.project)}
    for number, user in enumerate(people.annotators):
        while slots := assignment_claim(user=user, project_id=people.project.pk, count=1).assignments:
            shown = slots[0].display_order
            order = shown if number == 0 else sorted(shown, key=lambda pk: -lengths[pk])
            quality = {pk: 5 - place for place, pk in enumerate(order)}
            submit(user, slots[0], answer_by(quality, shown))
    figures_refresh()


def test_whoever_goes_by_place_or_by_length_is_found_out(people: Cast) -> None:
    biased(people)
    one, two = (
        next(row for row in report(people)["people"] if row["person"] == people.project.memberships.get(user=user).pk)
        for user in people.annotators
    )
    assert (one["first"]["share"], one["first"]["low"] > 0.6) == (1.0, True)
    assert 0.3 < one["longer"]["share"] < 0.7
    assert (two["longer"]["share"], two["longer"]["low"] > 0.6) == (1.0, True)
    assert two["first"]["low"] < 0.5 < two["first"]["high"]
    assert one["fit"] is None, "what always comes first has no finite fit"


def test_days_narrow_the_report_and_work_taken_back_leaves_it(people: Cast) -> None:
    biased(people)
    whole = report(people)["authors"][0]["first"]["n"]
    assert whole == 8 * 5 * 2 * 3
    today = FigureDay.objects.get(project=people.project).day.isoformat()
    assert report(people, **{"from": today, "to": today})["authors"][0]["first"]["n"] == whole
    assert report(people, to="2020-01-01")["authors"][0]["first"]["n"] == 0
    assert report(people, to="2020-01-01")["people"] == []
    add_prompts(people.project, 1, start=50)
    user = people.annotators[1]
    (slot,) = assignment_claim(user=user, project_id=people.project.pk, count=1).assignments
    submit(user, slot, answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order))
    figures_refresh()
    assert report(people)["authors"][0]["first"]["n"] == whole + 3
    assignment_withdraw(user=user, assignment_id=slot.pk)
    figures_refresh()
    assert report(people)["authors"][0]["first"]["n"] == whole


def test_a_stored_table_that_is_wrong_is_told_by_the_check_and_mended_by_a_recount(people: Cast) -> None:
    biased(people)
    stored = bytes(BiasDay.objects.get().rows)
    BiasDay.objects.update(rows=b"")
    assert any("bias" in line for line in figures_check(project=people.project))
    figures_recount(project=people.project)
    assert bytes(BiasDay.objects.get().rows) == stored
    with pytest.raises(DomainError):
        stream_unpacked([stored[:-5]])


def test_the_report_costs_the_same_queries_however_much_was_compared(people: Cast) -> None:
    biased(people)
    people.client(people.lead)  # logged in before anything is counted
    costs = []
    for more in (50, 60):
        with CaptureQueriesContext(connection) as captured:
            report(people)
        costs.append(len(captured))
        add_prompts(people.project, 2, start=more)
        for user in people.annotators:
            while slots := assignment_claim(user=user, project_id=people.project.pk, count=1).assignments:
                submit(user, slots[0], answer_by(dict.fromkeys(slots[0].display_order, 3), slots[0].display_order))
        figures_refresh()
    assert costs[0] == costs[1] <= 10


def judged(people: Cast, model: str, seed: int, n: int = 6, *, at: datetime | None = None) -> JudgeRun:
    """Return a judge's run on `n` prompts, of which it compared every pair, in a way that depends on `seed`."""
    tag = "abcdefgh"[seed]
    settled_prompts(people.project, n, tag=tag)
    run = trial(people, endpoint(people, "http://127.0.0.1:9/v1", model=model))
    random = Random(seed)
    for prompt in people.project.prompts.filter(external_id__startswith=tag):
        for one, other in combinations(prompt.responses.order_by("id"), 2):
            first, second = random.sample([one, other], 2)
            verdict = random.choice(["a", "a", "b", "equal", ""])
            run.calls.create(
                prompt=prompt,
                first=first,
                second=second,
                state="done",
                outcome="answered" if verdict else "unreadable",
                verdict=verdict,
                finished_at=at or timezone.now(),
            )
    return run


@pytest.mark.parametrize("ties", ["half", "apart"])
def test_judges_stand_beside_people_as_their_calls_say(people: Cast, ties: str) -> None:
    runs = {
        "judge-x": [judged(people, "judge-x", 0), judged(people, "judge-x", 1)],
        "judge-y": [judged(people, "judge-y", 2)],
    }
    lengthen(people)
    runs["judge-y"][0].calls.create(
        prompt=people.project.prompts.first(),
        first=people.project.prompts.first().responses.all()[0],
        second=people.project.prompts.first().responses.all()[1],
    )
    body = report(people, people.researcher, ties=ties)
    assert [(row["author"], row["name"]) for row in body["authors"]] == [
        ("human", ""),
        ("judge", "judge-x"),
        ("judge", "judge-y"),
    ]
    assert body["people"] == []
    for told in body["authors"][1:]:
        calls = [call for run in runs[told["name"]] for call in run.calls.select_related("first", "second")]
        rows = [
            (len(call.first.text) - len(call.second.text), {"a": 1, "b": -1, "equal": 0}[call.verdict])
            for call in calls
            if call.verdict
        ]
        assert len(rows) > 10
        assert (told["first"]["n"], told["first"]["n_ties"]) == (len(rows), sum(verdict == 0 for _, verdict in rows))
        assert told["first"]["share"] == pytest.approx(share([verdict for _, verdict in rows], ties))
        longer = [verdict if difference > 0 else -verdict for difference, verdict in rows if difference]
        assert told["longer"]["share"] == pytest.approx(share(longer, ties))
        edges = [-(10**9), *LENGTH_EDGES, 10**9]
        for number, cell in enumerate(told["lengths"]):
            inside = [verdict for difference, verdict in rows if edges[number] <= difference < edges[number + 1]]
            assert (cell["n"], cell["share"]) == (len(inside), pytest.approx(share(inside, ties)))
        (place,) = told["places"]
        assert (place["a"], place["b"], place["n"]) == (0, 1, len(rows))
        assert told["first"]["low"] < told["first"]["share"] < told["first"]["high"]


def test_judges_are_told_by_day_and_only_to_those_who_train(people: Cast) -> None:
    judged(people, "judge-x", 0, at=timezone.make_aware(datetime(2026, 3, 1, 23, 59)))
    judged(people, "judge-x", 1, n=2, at=timezone.make_aware(datetime(2026, 3, 2, 0, 1)))
    asked = [report(people, people.owner, **{"from": day, "to": day}) for day in ("2026-03-01", "2026-03-02")]
    n = [body["authors"][1]["first"]["n"] for body in asked]
    assert n[0] > n[1] > 0
    assert sum(n) == report(people, people.researcher)["authors"][1]["first"]["n"]
    assert len(report(people, people.researcher, to="2026-02-28")["authors"]) == 1
    assert [row["author"] for row in report(people, people.lead)["authors"]] == ["human"]


def test_judges_cost_the_same_queries_however_much_they_said(people: Cast) -> None:
    people.client(people.researcher)
    costs = []
    for seed in range(3):
        judged(people, f"judge-{seed}", seed)
        with CaptureQueriesContext(connection) as captured:
            report(people, people.researcher)
        costs.append(len(captured))
        assert not any('"annotate_response"."text",' in query["sql"] for query in captured)
    assert len(set(costs)) == 1
    assert costs[0] <= 12


def test_only_who_sees_figures_sees_bias(people: Cast) -> None:
    address = f"/api/projects/{people.project.pk}/bias"
    statuses = [
        people.client(user).get(address).status_code
        for user in (people.lead, people.researcher, people.owner, people.annotators[0], people.outsider)
    ]
    assert statuses == [200, 200, 200, 403, 404]
    empty = report(people)
    assert (empty["people"], empty["authors"][0]["first"]["share"], empty["authors"][0]["fit"]) == ([], None, None)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"ties": "never"}, "ties"),
        ({"from": "soon"}, "from"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "to"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_its_field(
    people: Cast, query: dict[str, str], field: str
) -> None:
    answer = people.client(people.lead).get(f"/api/projects/{people.project.pk}/bias", query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
