"""The rules of one annotation."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.ordering import comparisons_from_order, order_check
from annotate.domain.types import Comparison, DomainError


def refusal(scores, order, discarded=(), responses=(1, 2, 3)):
    with pytest.raises(DomainError) as refused:
        order_check(responses, scores, order, discarded)
    return refused.value


GOOD_SCORES = {1: 5, 2: 3, 3: 3}


@pytest.mark.parametrize("order", [[[1], [2], [3]], [[1], [3], [2]], [[1], [2, 3]]])
def test_equal_scores_may_be_ordered_or_tied(order):
    order_check([1, 2, 3], GOOD_SCORES, order, [])


def test_a_lower_score_above_a_higher_one_is_a_contradiction_that_names_the_pair():
    error = refusal(GOOD_SCORES, [[2], [1], [3]])
    assert error.code == "contradiction"
    assert error.details == {"higher_scored": 1, "lower_scored": 2}


@pytest.mark.parametrize("order", [[[1, 2], [3]], [[2, 1], [3]]])
def test_different_scores_in_one_tier_are_a_contradiction_that_names_the_pair(order):
    error = refusal(GOOD_SCORES, order)
    assert error.code == "contradiction"
    assert error.details == {"higher_scored": 1, "lower_scored": 2}


@given(st.lists(st.integers(0, 5), min_size=3, max_size=3), st.lists(st.integers(0, 2), min_size=3, max_size=3))
def test_an_order_is_accepted_exactly_when_every_higher_score_stands_strictly_higher(scores, places):
    order = [[n for n in range(3) if places[n] == place] for place in sorted(set(places))]
    consistent = all(
        places[upper] < places[lower] for upper, lower in product(range(3), repeat=2) if scores[upper] > scores[lower]
    )
    if consistent:
        order_check(range(3), dict(enumerate(scores)), order, [])
    else:
        assert refusal(dict(enumerate(scores)), order, responses=range(3)).code == "contradiction"


@pytest.mark.parametrize("score", [-1, 6, 9, 2.5, 3.0, True, False, "3", None, float("nan")])
def test_a_score_is_a_whole_number_from_0_to_5(score):
    error = refusal({1: score, 2: 0, 3: 0}, [[1], [2, 3]])
    assert (error.code, error.field, error.details) == ("invalid_score", "scores", {"response": 1})


@pytest.mark.parametrize(
    ("scores", "order", "field"),
    [
        ({1: 5, 2: 3}, [[1], [2], [3]], "scores"),
        (GOOD_SCORES, [[1], [2]], "order"),
        (GOOD_SCORES, [], "order"),
    ],
)
def test_every_response_is_scored_and_ordered(scores, order, field):
    error = refusal(scores, order)
    assert (error.code, error.field) == ("incomplete", field)


@pytest.mark.parametrize(
    ("scores", "order", "discarded", "field"),
    [
        (GOOD_SCORES | {9: 1}, [[1], [2], [3]], [], "scores"),
        (GOOD_SCORES, [[1], [2], [3], [9]], [], "order"),
        (GOOD_SCORES, [[1], [2], [3]], [9], "discarded"),
    ],
)
def test_a_response_of_another_task_is_named(scores, order, discarded, field):
    error = refusal(scores, order, discarded)
    assert (error.code, error.field, error.details) == ("foreign_response", field, {"response": 9})


@pytest.mark.parametrize("order", [[[1], [2], [3], [1]], [[1], [2, 2], [3]], [[1], [], [2, 3]]])
def test_an_order_holds_no_response_twice_and_no_empty_tier(order):
    assert refusal(GOOD_SCORES, order).code == "invalid_order"


def test_a_discarded_response_scores_zero():
    error = refusal(GOOD_SCORES, [[1], [2], [3]], discarded=[3])
    assert (error.code, error.details) == ("discarded_needs_zero", {"response": 3})
    order_check([1, 2, 3], {1: 5, 2: 3, 3: 0}, [[1], [2], [3]], [3])


def test_an_order_with_ties_gives_every_pair_with_the_earlier_displayed_first():
    assert comparisons_from_order(["c", "a", "b"], [["a"], ["c", "b"]]) == [
        Comparison("c", "a", "b"),
        Comparison("c", "b", "equal"),
        Comparison("a", "b", "a"),
    ]


@pytest.mark.parametrize("order", [[[1]], [[1], [2], [3]]])
def test_comparisons_need_an_order_of_exactly_the_displayed_responses(order):
    with pytest.raises(DomainError) as refused:
        comparisons_from_order([1, 2], order)
    assert refused.value.code == "incomplete"
