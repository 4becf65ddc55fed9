"""Who is dealt what: records, categories, shares of a prompt, and the measuring slots."""

from collections import Counter
from itertools import pairwise
from math import ceil, sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotate.domain.dealing import MAX_WEIGHT, Standing, category_order, probe_kind, record_weight, tasks_a_person
from annotate.domain.seeded import BITS, seeded_bits, seeded_fraction

NOTHING = (0, 0)
SHARES = st.integers(0, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def test_a_person_of_whom_nothing_is_known_weighs_exactly_one():
    assert record_weight(NOTHING, NOTHING, NOTHING) == 1.0
    assert record_weight(NOTHING, NOTHING, NOTHING, prior_gold=0.37, prior_agreement=0.61, prior_rejection=0.29) == 1.0


@given(SHARES, SHARES, SHARES)
def test_a_record_weighs_the_product_of_its_shrunk_shares_over_the_priors(gold, agreement, rejections):
    accuracy = (gold[0] + 8) / (gold[1] + 10)
    alike = (agreement[0] + 7) / (agreement[1] + 10)
    rejected = (rejections[0] + 1) / (rejections[1] + 10)
    weight = record_weight(gold, agreement, rejections)
    assert weight == pytest.approx(min(MAX_WEIGHT, accuracy * alike * (1 - rejected) / (0.8 * 0.7 * 0.9)))
    assert 0 < weight <= MAX_WEIGHT


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_a_better_answer_never_weighs_less(gold, alike, rejected):
    weight = record_weight((gold, 100), (alike, 100), (rejected, 100))
    assert record_weight((gold + 1, 100), (alike, 100), (rejected, 100)) >= weight
    assert record_weight((gold, 100), (alike + 1, 100), (rejected, 100)) >= weight
    assert record_weight((gold, 100), (alike, 100), (rejected + 1, 100)) <= weight


def test_little_evidence_moves_a_weight_less_than_much():
    few, many = (record_weight((0, n), NOTHING, NOTHING) for n in (2, 200))
    assert many < 0.1 < 0.8 < few < 1


STANDINGS = st.lists(
    st.builds(Standing, st.integers(1, 50), st.floats(0, 1.5), st.integers(0, 60)),
    unique_by=lambda standing: standing.category,
    max_size=12,
)


@given(STANDINGS, st.text(), st.randoms(use_true_random=False))
def test_every_category_is_looked_at_once_in_an_order_that_the_seed_decides(standings, seed, random):
    order = category_order(standings, seed)
    assert sorted(order) == sorted(standing.category for standing in standings)
    random.shuffle(standings)
    assert category_order(standings, seed) == order


@given(STANDINGS, st.text())
@example([Standing(1, 0.0, 0), Standing(2, 5e-324, 0)], "")
def test_a_category_that_weighs_nothing_comes_after_all_others(standings, seed):
    weight_of = {standing.category: standing.weight for standing in standings}
    weighs = [weight_of[category] > 0 for category in category_order(standings, seed)]
    assert weighs == sorted(weighs, reverse=True)


def test_categories_come_first_and_second_as_often_as_drawing_without_replacement_would_have_it():
    # effective weights 1.2, 0.6 and 0.2 of 2.0
    standings = [Standing(1, 1.2, 0), Standing(2, 1.2, 1), Standing(3, 0.6, 2)]
    weight = {1: 1.2, 2: 0.6, 3: 0.2}
    n = 20_000
    seen = Counter(tuple(category_order(standings, f"seed {number}")[:2]) for number in range(n))
    for (first, second), count in seen.items():
        share = weight[first] / 2.0 * weight[second] / (2.0 - weight[first])
        assert abs(count / n - share) < 4 * sqrt(share * (1 - share) / n)
    assert len(seen) == 6


@given(st.integers(1, 40), st.integers(0, 100), st.integers(1, 5))
def test_the_people_of_one_pass_share_its_tasks_evenly_and_can_always_finish(n_tasks, n_people, n_passes):
    most = tasks_a_person(n_tasks, n_people, n_passes)
    people = max(1, n_people // n_passes)
    assert most * people >= n_tasks
    assert (most - 1) * people < n_tasks
    assert most == ceil(n_tasks / people)


@pytest.mark.parametrize(("n_people", "most"), [(1, 5), (2, 5), (3, 5), (4, 3), (6, 2), (10, 1), (60, 1)])
def test_five_tasks_in_two_passes_go_to_as_many_people_as_there_are(n_people, most):
    assert tasks_a_person(5, n_people, 2) == most


def test_measuring_slots_hold_their_shares_and_do_not_crowd():
    n = 40_000
    kinds = [probe_kind(number, "project 1, person 7, secret", 0.05, 0.02) for number in range(n)]
    seen = Counter(kinds)
    for kind, share in [("gold", 0.05), ("repeat", 0.02)]:
        assert abs(seen[kind] - share * n) < 4 * sqrt(n * share * (1 - share))
    assert seen.keys() == {"gold", "repeat", None}
    # a slot says nothing of the next one
    after_gold = [following for kind, following in pairwise(kinds) if kind == "gold"]
    assert abs(after_gold.count("gold") - 0.05 * len(after_gold)) < 4 * sqrt(len(after_gold) * 0.05 * 0.95)


@given(st.integers(0, 10**6), st.text())
def test_shares_of_nothing_and_of_everything(n_done, seed):
    assert probe_kind(n_done, seed, 0.0, 0.0) is None
    assert probe_kind(n_done, seed, 0.5, 0.5) in ("gold", "repeat")
    assert probe_kind(n_done, seed, 0.3, 0.2) == probe_kind(n_done, seed, 0.3, 0.2)


def test_two_people_are_measured_at_different_slots():
    slots = [
        {number for number in range(2000) if probe_kind(number, f"project 1, person {person}", 0.05, 0.02)}
        for person in (1, 2)
    ]
    assert len(slots[0] & slots[1]) < 0.3 * min(map(len, slots))


def test_seeded_draws_are_even_and_stay_the_same_for_good():
    assert seeded_bits("seed", 1) == seeded_bits("seed", "1") != seeded_bits("seed", 2)
    assert seeded_bits("seed", 1) == 7934661754746843
    draws = [seeded_fraction("even", number) for number in range(10_000)]
    assert all(0 <= draw < 1 for draw in draws)
    assert all(abs(count - 1000) < 4 * 30 for count in Counter(int(draw * 10) for draw in draws).values())
    assert seeded_fraction("even", 5) == seeded_bits("even", 5) / 2**BITS
