"""The review samples."""

from collections import Counter
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.sampling import drawn, stratum_of
from annotate.domain.types import DomainError

SHARES = st.floats(0, 1) | st.sampled_from([0.0, 0.3, 0.1, 1 / 3, 0.9999999999999999, 5e-324, 1.0])


@given(SHARES, st.text(), st.integers(0, 300))
def test_at_every_moment_the_sample_is_less_than_one_unit_off_its_share(share, seed, n):
    in_sample = 0
    for position in range(n):
        in_sample += drawn(position, share, seed)
        assert abs(in_sample - Fraction(share) * (position + 1)) < 1


@given(st.integers(0, 10**9) | st.integers(10**17, 10**18), st.text())
def test_a_share_of_one_draws_everything_and_a_share_of_nothing_draws_nothing(position, seed):
    assert drawn(position, 1.0, seed) is True
    assert drawn(position, 0.0, seed) is False


def test_every_unit_is_drawn_as_often_as_the_share_says():
    n = 4000
    for position in range(12):
        hits = sum(drawn(position, 0.3, f"project 1, stratum {number}") for number in range(n))
        assert abs(hits - 0.3 * n) < 4 * sqrt(n * 0.3 * 0.7)


def test_two_stages_draw_independently():
    n = 4000
    both = sum(drawn(5, 0.3, f"delivery {number}") and drawn(5, 0.3, f"operations {number}") for number in range(n))
    assert abs(both - 0.09 * n) < 4 * sqrt(n * 0.09 * 0.91)


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(DomainError) as refused:
        drawn(0, share, "seed")
    assert refused.value.code == "invalid_share"


@given(st.lists(st.integers(1, 10**6), min_size=1), st.text(), st.randoms(use_true_random=False))
def test_a_stratum_is_one_of_the_annotators_whatever_their_order(annotators, seed, random):
    chosen = stratum_of(annotators, seed)
    assert chosen in annotators
    again = annotators + annotators[:3]
    random.shuffle(again)
    assert stratum_of(again, seed) == chosen


def test_every_annotator_is_as_likely_as_the_others_to_be_the_stratum():
    n = 6000
    seen = Counter(stratum_of([30, 4, 5], f"prompt {number}") for number in range(n))
    assert seen.keys() == {4, 5, 30}
    assert all(abs(count - n / 3) < 4 * sqrt(n * 2 / 9) for count in seen.values())


def test_a_prompt_without_annotators_has_no_stratum():
    with pytest.raises(DomainError) as refused:
        stratum_of([], "seed")
    assert refused.value.code == "no_annotators"
