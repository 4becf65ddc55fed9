"""The ring of triples and the seeded orders."""

import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.design import RingChange, display_order, ring_order, ring_rebuild, ring_tasks
from annotate.domain.types import DomainError

ROOT = Path(__file__).parents[2]


def pair_counts(tasks):
    return Counter(frozenset(pair) for task in tasks for pair in combinations(task, 2))


def test_five_responses_give_the_five_triples_of_the_protocol():
    assert ring_tasks(5) == [(0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 0), (4, 0, 1)]


def test_five_triples_compare_neighbours_twice_and_all_others_once():
    counts = pair_counts(ring_tasks(5))
    neighbours = {frozenset((n, (n + 1) % 5)) for n in range(5)}
    assert {pair for pair, count in counts.items() if count == 2} == neighbours
    assert len(counts) == 10
    assert sum(counts.values()) == 15


@given(st.integers(3, 40), st.integers(2, 6))
def test_every_ring_has_one_task_a_response_and_every_response_in_as_many_tasks_as_places(n, width):
    if n < width:
        return
    tasks = ring_tasks(n, width)
    assert len(tasks) == n
    assert all(len(set(task)) == width for task in tasks)
    assert Counter(position for task in tasks for position in task) == dict.fromkeys(range(n), width)


def test_three_responses_give_three_tasks_of_the_same_triple():
    assert ring_tasks(3) == [(0, 1, 2), (1, 2, 0), (2, 0, 1)]


@pytest.mark.parametrize(("n", "width", "code"), [(2, 3, "too_few_responses"), (5, 1, "invalid_width")])
def test_a_ring_too_small_for_a_task_is_refused(n, width, code):
    with pytest.raises(DomainError) as refused:
        ring_tasks(n, width)
    assert refused.value.code == code


@given(st.integers(0, 30), st.integers() | st.text())
def test_a_seeded_order_holds_everything_once_and_repeats(n, seed):
    assert sorted(ring_order(n, seed)) == list(range(n))
    assert ring_order(n, seed) == ring_order(n, seed)
    assert display_order([f"r{i}" for i in range(n)], seed) == [f"r{i}" for i in ring_order(n, seed)]


def test_orders_are_the_same_in_another_process_and_for_good():
    program = "from annotate.domain.design import ring_order; print(ring_order(5, 'prompt-1'), ring_order(5, 7))"
    printed = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed == ["[3, 2, 0, 4, 1] [3, 1, 0, 4, 2]\n"] * 2


def test_over_many_seeds_every_response_is_shown_equally_often_in_every_place():
    shown = Counter((place, r) for seed in range(6000) for place, r in enumerate(display_order("abc", seed)))
    assert len(shown) == 9
    assert all(abs(count - 2000) < 200 for count in shown.values())


ALL_TRIPLES = [("r0", "r1", "r2"), ("r1", "r2", "r3"), ("r2", "r3", "r4"), ("r3", "r4", "r0"), ("r4", "r0", "r1")]
RING = ["r0", "r1", "r2", "r3", "r4"]


def pairs_of(tasks):
    return {frozenset(pair) for task in tasks for pair in combinations(task, 2)}


def test_a_discard_retires_the_tasks_that_hold_it_and_adds_the_new_neighbours():
    assert ring_rebuild(RING, {"r0"}, ALL_TRIPLES, [set(), set()]) == RingChange(
        retired=(("r0", "r1", "r2"), ("r3", "r4", "r0"), ("r4", "r0", "r1")),
        added=(("r3", "r4", "r1"), ("r4", "r1", "r2")),
    )


def test_after_all_work_is_in_nothing_is_left_to_compare():
    done = pairs_of(ALL_TRIPLES)
    assert ring_rebuild(RING, {"r2"}, ALL_TRIPLES, [done, done]).added == ()


def test_a_pair_that_one_pass_has_not_compared_brings_a_task_for_both():
    done = pairs_of(ALL_TRIPLES)
    change = ring_rebuild(RING, {"r0"}, ALL_TRIPLES, [done, done - {frozenset(("r1", "r4"))}])
    assert change.added == (("r3", "r4", "r1"), ("r4", "r1", "r2"))


def test_no_pass_at_all_has_compared_nothing():
    assert ring_rebuild(RING, {"r0"}, ALL_TRIPLES, []).added == (("r3", "r4", "r1"), ("r4", "r1", "r2"))


def test_three_responses_that_no_live_task_holds_get_one_task():
    assert ring_rebuild(RING, {"r0", "r2"}, ALL_TRIPLES, [set(), set()]).added == (("r1", "r3", "r4"),)


def test_fewer_responses_than_a_task_holds_are_refused():
    with pytest.raises(DomainError) as refused:
        ring_rebuild(RING, {"r0", "r2", "r3"}, ALL_TRIPLES, [set(), set()])
    assert refused.value.code == "too_few_responses"


@given(st.data(), st.integers(3, 9), st.integers(3, 4))
def test_a_rebuilt_ring_wants_every_window_once_and_no_work_twice(data, n, width):
    ring = [f"r{number}" for number in data.draw(st.permutations(range(n)))]
    discarded = data.draw(st.sets(st.sampled_from(ring)))
    tasks = [tuple(ring[(start + step) % n] for step in range(width)) for start in range(n)] if n >= width else []
    live = data.draw(st.lists(st.sampled_from(tasks), unique=True)) if tasks else []
    covered = [pairs_of(data.draw(st.lists(st.sampled_from(tasks)))) if tasks else set() for _ in range(2)]
    left = [node for node in ring if node not in discarded]
    if len(left) < width:
        with pytest.raises(DomainError):
            ring_rebuild(ring, discarded, live, covered, width)
        return
    change = ring_rebuild(ring, discarded, live, covered, width)
    assert list(change.retired) == [task for task in live if set(task) & discarded]
    kept = [set(task) for task in live if task not in change.retired]
    wanted = []
    for start in range(len(left)):
        window = tuple((left * 2)[start : start + width])
        compared_by_all = all(pair in passed for pair in pairs_of([window]) for passed in covered)
        if set(window) not in kept and not compared_by_all and set(window) not in map(set, wanted):
            wanted.append(window)
    assert list(change.added) == wanted


@given(st.data(), st.integers(4, 8))
def test_discards_one_after_another_leave_each_pair_of_a_full_ring_compared_or_in_a_live_task(data, n):
    """From a fresh ring on, after any discards, every window of the ring that is left is live or compared."""
    live = [tuple((start + step) % n for step in range(3)) for start in range(n)]
    done = set()
    out = set()
    for node in data.draw(st.lists(st.integers(0, n - 1), unique=True, max_size=n - 3)):
        done |= pairs_of(data.draw(st.lists(st.sampled_from(live), unique=True)))
        out.add(node)
        change = ring_rebuild(range(n), out, live, [done, done])
        live = [task for task in live if task not in change.retired] + list(change.added)
        left = [node for node in range(n) if node not in out]
        for start in range(len(left)):
            window = (left * 2)[start : start + 3]
            assert any(set(task) == set(window) for task in live) or pairs_of([window]) <= done
