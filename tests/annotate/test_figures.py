"""The tables that statistics are read from: after any history they are what a literal recount gives."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from io import StringIO
from itertools import combinations
from random import Random
from typing import Any

import krippendorff
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from scipy.stats import kendalltau

from annotate.domain.figures import (
    Said,
    Table,
    Tally,
    What,
    agreement_outcomes,
    alphas,
    facts_of,
    kind_of,
    kind_tau,
    said_of,
    taus,
)
from annotate.domain.statistics import coincidences, kendall_tau_b, rank_values
from annotate.models import (
    Annotation,
    Comparison,
    DirtyDay,
    Expertise,
    FigureDay,
    Membership,
    Probe,
    Project,
    Ranking,
    Rejection,
    Review,
)
from annotate.selectors.figure_days import day_count, facts_read, totals_now
from annotate.selectors.figure_groups import groups_of
from annotate.services import figures as service
from annotate.services.figures import figures_check, figures_recount, figures_refresh
from tests.annotate.living import days_pass, live, new_project
from tests.people import Cast, add_prompts, annotate_all

pytestmark = pytest.mark.django_db

Key = tuple[Any, ...]

ORDERS: list[list[list[int]]] = [[[1], [2], [3]], [[1, 2], [3]], [[3], [1, 2]], [[1, 2, 3]], [[2], [3], [1]]]


def local(at: Any) -> date:
    return timezone.localtime(at).date()


def first_words(annotation: Annotation) -> dict[tuple[int, int], str]:
    """Return {pair: verdict} as submitted, from the rows and not from the order."""
    rows = Comparison.objects.filter(annotation=annotation, revises__isnull=True)
    return {(row.response_a_id, row.response_b_id): row.verdict for row in rows}


def places(annotation: Annotation) -> dict[int, float]:
    """Return {response: mean of the places that its tier takes}, 1 the best."""
    found, taken = {}, 0
    for tier in annotation.order:
        found.update({response: taken + (1 + len(tier)) / 2 for response in tier})
        taken += len(tier)
    return found


def both_did(project: Project) -> list[tuple[Annotation, Annotation]]:
    """Return the pairs of annotations that hold of one task, the later one second."""
    rows = Annotation.objects.filter(assignment__project=project, assignment__kind="work", current=True)
    of_task: dict[int, list[Annotation]] = defaultdict(list)
    for row in rows.select_related("assignment__prompt"):
        of_task[row.assignment.task_id].append(row)
    found = []
    for said in of_task.values():
        said.sort(key=lambda row: (row.created_at, row.pk))
        found += list(combinations(said, 2))
    return found


def literal(project: Project) -> dict[Key, Any]:
    """Count everything again, row by row."""
    found: dict[Key, Any] = defaultdict(int)
    key: Key
    for row in Annotation.objects.filter(assignment__project=project, assignment__kind="work", withdrawn=False):
        slot = row.assignment
        key = (local(row.created_at), row.annotator_id, slot.category_id, slot.prompt.source)
        found["tasks", *key] += 1
        found["seconds", *key] += round(row.seconds)
    for earlier, later in both_did(project):
        slot = later.assignment
        people = sorted((earlier.annotator_id, later.annotator_id))
        key = (local(later.created_at), *people, slot.category_id, slot.prompt.source)
        one, other = first_words(earlier), first_words(later)
        found["compared", *key] += len(one)
        found["same", *key] += sum(one[pair] == other[pair] for pair in one)
        found["units", *key] += 1
    for probe in Probe.objects.filter(project=project, answered_at__isnull=False, kind__in=["gold", "repeat"]):
        if probe.repeats is not None and probe.repeats.withdrawn:
            continue
        slot = probe.assignment
        key = (local(probe.answered_at), probe.annotator_id, slot.category_id, slot.prompt.source)
        found[probe.kind, *key, probe.n_same, probe.n_comparisons] += 1
    for review in Review.objects.filter(project=project, kind="work", state__in=["approved", "rejected", "overruled"]):
        seen = {row.annotation for row in Comparison.objects.filter(pk__in=review.shown) if row.annotation}
        for annotation in seen:
            root = annotation.assignment.prompt.category.root_pk
            rejected = Rejection.objects.filter(review=review, annotation=annotation).exists()
            key = (local(review.closed_at), annotation.annotator_id, root, review.prompt.source)
            found["rejected" if rejected else "passed", *key] += 1
    standing = ["settled", "delivery_review", "operations_review", "research_review", "accepted"]
    for ranking in Ranking.objects.filter(prompt__project=project, prompt__state__in=standing):
        prompt, day = ranking.prompt, local(ranking.computed_at)
        key = (prompt.category.root_pk, prompt.source)
        found["conflicts", day, *key, ranking.n_conflicts, ranking.n_comparisons] += 1
        tier = {response: number for number, tier in enumerate(ranking.tiers) for response in tier}
        said: dict[int, list[bool]] = defaultdict(list)
        for verdict in Comparison.objects.filter(prompt=prompt, final=True, kind="human"):
            above, below = tier[verdict.response_a_id], tier[verdict.response_b_id]
            agrees = {"a": above < below, "b": above > below, "equal": above == below}[verdict.verdict]
            said[verdict.author_id or 0].append(not agrees)
        for author, wrong in said.items():
            found["own_conflicts", day, author, *key, sum(wrong), len(wrong)] += 1
    return {key: value for key, value in found.items() if value}


def stored(project: Project) -> dict[Key, Any]:
    """Return the same from the tables."""
    facts, days = facts_read(project.pk)
    found: dict[Key, Any] = defaultdict(int)
    key: Key

    def rows(columns: Any) -> Any:
        return [
            dict(zip(columns, row, strict=True)) for row in zip(*(c.tolist() for c in columns.values()), strict=True)
        ]

    for row in rows(facts.work):
        key = (days[row["day"]], row["annotator"], row["category"], facts.sources[row["source"]])
        found["tasks", *key] += row["tasks"]
        found["seconds", *key] += row["seconds"]
    for row in rows(facts.units):
        key = (days[row["day"]], row["annotator"], row["partner"], row["category"], facts.sources[row["source"]])
        kind = facts.kinds[row["kind"]]
        signs = [[(x > y) - (x < y) for x, y in zip(p, q, strict=True)] for p, q in combinations(kind, 2)]
        found["compared", *key] += row["count"] * len(signs)
        found["same", *key] += row["count"] * sum(one == other for one, other in signs)
        found["units", *key] += row["count"]
    names = {What.GOLD: "gold", What.REPEAT: "repeat", What.CONFLICT: "conflicts", What.OWN_CONFLICT: "own_conflicts"}
    for row in rows(facts.outcomes):
        where = (row["category"], facts.sources[row["source"]])
        who = () if row["what"] == What.CONFLICT else (row["annotator"],)
        if row["what"] == What.REVIEW:
            assert row["total"] == 2
            found["rejected" if row["same"] else "passed", days[row["day"]], *who, *where] += row["count"]
        else:
            share = (row["same"] / 2, row["total"] / 2)
            found[names[What(row["what"])], days[row["day"]], *who, *where, *share] += row["count"]
    return {key: value for key, value in found.items() if value}


FIGURES = {"tasks", "units", "gold", "repeat", "passed", "conflicts", "own_conflicts"}


def live_until(people: Cast, seed: int, enough: Callable[[], bool]) -> None:
    """Let people act until there is enough to look at.

    What a seed brings depends on the ids that the database gives, so no fixed number of acts is enough for all.
    """
    live(people, seed, 80)
    for more in range(20):
        if enough():
            return
        live(people, 100 * seed + more, 20)
    pytest.fail("people acted and acted, and it was never enough")


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_history_the_tables_are_what_a_recount_gives(seed: int) -> None:
    people = new_project()
    live_until(people, seed, lambda: {key[0] for key in literal(people.project)} >= FIGURES)
    figures_refresh()
    counted = literal(people.project)
    assert stored(people.project) == counted
    assert len({key[1] for key in counted}) > 2
    assert list(figures_check(project=people.project)) == []
    assert not DirtyDay.objects.filter(project=people.project).exists()
    before = list(FigureDay.objects.filter(project=people.project).order_by("day").values_list("day", "units", "work"))
    figures_recount(project=people.project)
    after = list(FigureDay.objects.filter(project=people.project).order_by("day").values_list("day", "units", "work"))
    assert [(day, bytes(a), bytes(b)) for day, a, b in before] == [(day, bytes(a), bytes(b)) for day, a, b in after]


@pytest.mark.parametrize("seed", [4])
def test_counts_that_programs_wait_for_are_exact_before_the_worker_has_been(seed: int) -> None:
    people = new_project()
    for step in range(4):
        live(people, 10 * seed + step, 30)
        held = Annotation.objects.filter(assignment__project=people.project, assignment__kind="work", current=True)
        said = Comparison.objects.filter(prompt__project=people.project).exclude(annotation__withdrawn=True)
        assert totals_now(people.project.pk) == (held.count(), said.count())
        if step == 1:
            figures_refresh()


@pytest.mark.parametrize("seed", [6])
def test_alpha_and_tau_are_those_of_the_krippendorff_package_and_of_scipy(seed: int) -> None:
    people = new_project()
    live_until(people, seed, lambda: len(list(both_did(people.project))) > 10)
    figures_refresh()
    pairs = [tuple(sorted(pair, key=lambda row: row.annotator_id)) for pair in both_did(people.project)]
    facts, _days = facts_read(people.project.pk)
    groupings: dict[str, Any] = {
        "total": lambda pair: [()],
        "category": lambda pair: [(pair[0].assignment.category_id,)],
        "pair": lambda pair: [(pair[0].annotator_id, pair[1].annotator_id)],
        "annotator": lambda pair: [(pair[0].annotator_id,), (pair[1].annotator_id,)],
    }
    for by, keys_of in groupings.items():
        groups = groups_of(facts, by, "exact")
        mine: dict[Key, list[Any]] = defaultdict(list)
        for pair in pairs:
            for key in keys_of(pair):
                mine[key].append(pair)
        assert set(mine) <= set(groups.keys)
        for key, said in mine.items():
            group = groups.keys.index(key)
            raw = np.array([[places(one)[r], places(other)[r]] for one, other in said for r in places(one)]).T
            if len(np.unique(raw)) > 1:
                expected = krippendorff.alpha(reliability_data=raw, level_of_measurement="ordinal")
                assert groups.alphas[group] == pytest.approx(expected, abs=1e-12)
            else:
                assert np.isnan(groups.alphas[group])
            taus = [
                kendalltau([places(one)[r] for r in places(one)], [places(other)[r] for r in places(one)]).statistic
                for one, other in said
            ]
            defined = [tau for tau in taus if not np.isnan(tau)]
            assert groups.taus[group] == pytest.approx(np.mean(defined) if defined else np.nan, nan_ok=True)


def test_a_kind_says_what_the_rules_say_of_the_two_orders() -> None:
    for one in ORDERS:
        for other in ORDERS:
            kind = kind_of(one, other)
            assert kind is not None
            tally = Tally()
            tally.add_unit(9, 4, 1, "open", kind)
            ((key, n),) = tally.units.items()
            assert (key[:2], n, key[4]) == ((4, 9), 1, kind_of(other, one))
            matrix = np.zeros((5, 5), dtype=int)
            for a, b in kind:
                matrix[a, b] += 1
                matrix[b, a] += 1
            assert (matrix == coincidences(rank_values(one), rank_values(other), 3)).all()
            expected = kendall_tau_b(one, other)
            assert kind_tau(kind) == pytest.approx(np.nan if expected is None else expected, nan_ok=True)
    assert kind_of([[1], [2]], [[1], [3]]) is None


def random_days(seed: int, first_person: int) -> list[Table]:
    """Return three days of seven people's work, numbered from `first_person` on."""
    random = Random(seed)
    days = []
    for _ in range(3):
        tally = Tally()
        for _ in range(60):
            one, other = (first_person + place for place in random.sample(range(7), 2))
            category, source = random.randint(1, 3), random.choice(["open", "human"])
            kind = kind_of(random.choice(ORDERS), random.choice(ORDERS))
            assert kind is not None
            tally.add_work(one, category, source, random.uniform(5, 90))
            tally.add_unit(one, other, category, source, kind)
            tally.add_outcome(random.choice([What.GOLD, What.REVIEW]), one, category, source, random.randint(0, 1), 1)
        days.append(tally.table())
    return days


@pytest.mark.parametrize("by", ["annotator", "pair", "heat", "annotator_day"])
def test_figures_are_the_same_however_large_the_numbers_of_people_are(by: str) -> None:
    shift = 30_000_000
    small, large = (groups_of(facts_of(random_days(1, first)), by, "weighted") for first in (1, 1 + shift))
    assert [tuple(n % shift for n in key) for key in large.keys] == small.keys
    assert len(small.keys) > 6
    for name in ("agreement", "gold", "rejection"):
        assert [large.rate(name, n) for n in range(len(large.keys))] == [
            small.rate(name, n) for n in range(len(small.keys))
        ]
    for one, other in ((small.tasks, large.tasks), (small.alphas, large.alphas), (small.taus, large.taus)):
        np.testing.assert_array_equal(one, other)


def test_adding_up_equal_kinds_changes_no_figure() -> None:
    facts = facts_of(random_days(2, 1))
    units = facts.units
    added = said_of(facts.kinds, units["category"], units["kind"], units["count"], 4)
    apart = Said(facts.kinds, 4, units["category"], units["kind"], units["count"])
    assert len(added.count) < len(apart.count)
    np.testing.assert_allclose(alphas(added), alphas(apart))
    np.testing.assert_allclose(taus(added), taus(apart))
    one, other = (agreement_outcomes(said, "ordered") for said in (added, apart))
    assert [one.of(group) for group in range(4)] == [other.of(group) for group in range(4)]


def test_a_check_names_the_rows_that_were_tampered_with_and_a_recount_mends_them() -> None:
    people = new_project()
    live(people, 8, 60)
    figures_refresh()
    name = people.project.name
    out = StringIO()
    call_command("figures_recount", name, "--check", stdout=out)
    assert out.getvalue() == ""
    days = FigureDay.objects.filter(project=people.project).exclude(n_annotations=0).order_by("day")
    one, other = days[0], days[len(days) - 1]
    tally = Tally()
    tally.add_work(people.annotators[0].pk, 1, "forged", 10.0)
    FigureDay.objects.filter(pk=one.pk).update(n_annotations=one.n_annotations + 1)
    FigureDay.objects.filter(pk=other.pk).update(work=tally.table().work, sources=["forged"], units=b"\1", kinds=[])
    with pytest.raises(CommandError, match="differ"):
        call_command("figures_recount", name, "--check", stdout=out)
    told = out.getvalue()
    assert f"{one.day} n_annotations: stored {one.n_annotations + 1}, counted {one.n_annotations}" in told
    assert f"{other.day}" in told
    assert "units cannot be read" in told
    call_command("figures_recount", name, stdout=StringIO())
    call_command("figures_recount", name, "--check", stdout=StringIO())


def test_a_change_that_comes_while_a_day_is_counted_stays_marked(people: Cast, monkeypatch: Any) -> None:
    add_prompts(people.project, 1)
    annotate_all(people.annotators[0], people.project, dict.fromkeys(range(100_000), 3))
    counting = day_count

    def interrupted(project_id: int, day: date) -> Any:
        counted = counting(project_id, day)
        annotate_all(people.annotators[1], people.project, dict.fromkeys(range(100_000), 3))
        return counted

    monkeypatch.setattr(service, "day_count", interrupted)
    figures_refresh()
    monkeypatch.undo()
    assert DirtyDay.objects.filter(project=people.project).exists()
    assert list(figures_check(project=people.project)) != []
    figures_refresh()
    assert list(figures_check(project=people.project)) == []


def test_of_two_workers_the_one_that_read_less_does_not_write_last(people: Cast, monkeypatch: Any) -> None:
    add_prompts(people.project, 1)
    annotate_all(people.annotators[0], people.project, dict.fromkeys(range(100_000), 3))
    counting = day_count

    def overtaken(project_id: int, day: date) -> Any:
        counted = counting(project_id, day)
        monkeypatch.undo()
        annotate_all(people.annotators[1], people.project, dict.fromkeys(range(100_000), 3))
        figures_refresh()
        return counted

    monkeypatch.setattr(service, "day_count", overtaken)
    figures_refresh()
    assert list(figures_check(project=people.project)) == []


def test_a_submission_marks_its_day_without_touching_a_row_that_others_write(people: Cast) -> None:
    add_prompts(people.project, 1)
    everything = dict.fromkeys(range(100_000), 3)
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        annotate_all(people.annotators[0], people.project, everything)
    written = [query["sql"] for query in captured if "dirtyday" in query["sql"].lower()]
    assert len(written) == 5
    assert all(sql.upper().startswith("INSERT") and "CONFLICT" not in sql.upper() for sql in written)


def test_the_record_of_a_person_becomes_the_weight_that_work_is_dealt_by() -> None:
    people = new_project()
    live_until(people, 9, lambda: len(list(both_did(people.project))) > 5)
    days_pass(people.project)
    figures_refresh()
    rows = Expertise.objects.filter(membership__project=people.project)
    assert rows.exclude(weight=1.0).count() > 2
    groups = groups_of(facts_read(people.project.pk)[0], "heat", "exact")
    users = dict(Membership.objects.filter(project=people.project).values_list("user_id", "id"))
    for group, (category, user) in enumerate(groups.keys):
        gold, agreed, refused = (groups.plain(name, group) for name in ("gold", "agreement", "rejection"))
        shrunk = [(hits + 10 * prior) / (n + 10) for (hits, n), prior in ((gold, 0.8), (agreed, 0.7), (refused, 0.1))]
        expected = min(1.5, shrunk[0] / 0.8 * shrunk[1] / 0.7 * (1 - shrunk[2]) / 0.9)
        row = rows.get(membership_id=users[user], category_id=category)
        assert row.weight == pytest.approx(expected)
