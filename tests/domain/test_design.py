"""The ring of triples and the seeded orders."""

import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.design import display_order, ring_order, ring_tasks
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
