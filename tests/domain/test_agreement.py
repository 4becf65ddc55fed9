"""Agreement of passes, and Krippendorff's alpha against the krippendorff package."""

from fractions import Fraction
from itertools import combinations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annotate.domain.agreement import krippendorff_alpha, passes_agreement, share_same
from annotate.domain.types import Agreement, DomainError

VERDICTS = st.sampled_from(["a", "b", "equal"])


@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 9)), st.tuples(VERDICTS, VERDICTS, VERDICTS)))
def test_agreement_is_the_share_of_comparisons_on_which_all_passes_say_the_same(said):
    passes = [{key: verdicts[number] for key, verdicts in said.items()} for number in range(3)]
    same = 0
    differing = []
    for key, (first, second, third) in said.items():
        if first == second and second == third:
            same += 1
        else:
            differing.append(key)
    agreement = passes_agreement(passes)
    assert agreement == Agreement(len(said), same, same / len(said) if said else None, tuple(differing))


def test_fourteen_of_fifteen_comparisons_alike_pass_the_threshold_and_thirteen_do_not():
    first = dict.fromkeys(range(15), "a")
    assert passes_agreement([first, first | {7: "equal"}]).rate >= 0.9
    below = passes_agreement([first, first | {7: "equal", 3: "b"}])
    assert below.rate < 0.9
    assert below.differing == (3, 7)


def test_the_order_in_which_a_pass_lists_its_comparisons_does_not_matter():
    assert passes_agreement([{1: "a", 2: "b"}, {2: "b", 1: "a"}]).rate == 1.0


@pytest.mark.parametrize("passes", [[], [{1: "a", 2: "b"}]])
def test_fewer_than_two_passes_have_no_agreement(passes):
    assert passes_agreement(passes) == Agreement(n_comparisons=0, n_same=0, rate=None, differing=())


PASSES = st.lists(st.dictionaries(st.integers(0, 9), VERDICTS), min_size=2, max_size=4)


def literal_credit(measure, one, other):
    """What two verdicts on one comparison are worth; None where the comparison does not count."""
    if measure == "ordered" and "equal" in (one, other):
        return None
    if measure == "weighted" and one != other and "equal" in (one, other):
        return Fraction(1, 2)
    return Fraction(one == other)


@pytest.mark.parametrize("measure", ["exact", "ordered", "weighted"])
@given(passes=PASSES)
def test_each_measure_counts_what_all_passes_hold_as_it_says(measure, passes):
    n, same, differing = 0, Fraction(0), []
    for key in passes[0]:
        if sum(key in held for held in passes) != len(passes):
            continue
        credits = [literal_credit(measure, one[key], other[key]) for one, other in combinations(passes, 2)]
        if None in credits:
            continue
        n += 1
        if min(credits) < 1:
            differing.append(key)
        same += sum(credits) / len(credits) if measure == "weighted" else min(credits)
    agreement = passes_agreement(passes, measure)
    assert (agreement.n_comparisons, agreement.differing) == (n, tuple(differing))
    assert agreement.n_same == pytest.approx(float(same))
    assert agreement.rate == (pytest.approx(float(same / n)) if n else None)


def test_a_comparison_that_one_pass_alone_has_made_does_not_count():
    assert passes_agreement([{1: "a", 2: "b"}, {1: "a", 3: "b"}]) == Agreement(1, 1, 1.0, ())
    assert passes_agreement([{1: "a"}, {2: "a"}]) == Agreement(0, 0, None, ())


def test_the_measures_part_where_one_pass_says_equal():
    first = {1: "a", 2: "equal", 3: "b", 4: "a", 5: "equal"}
    second = {1: "a", 2: "a", 3: "a", 4: "a", 5: "equal"}
    assert passes_agreement([first, second], "exact") == Agreement(5, 3, 3 / 5, (2, 3))
    assert passes_agreement([first, second], "ordered") == Agreement(3, 2, 2 / 3, (3,))
    assert passes_agreement([first, second], "weighted") == Agreement(5, 3.5, 3.5 / 5, (2, 3))


def test_the_weighted_measure_meets_the_threshold_exactly_at_three_halves_missing():
    first = dict.fromkeys(range(15), "a")
    assert passes_agreement([first, first | {1: "equal", 2: "equal", 3: "equal"}], "weighted").rate >= 0.9


def test_an_unknown_measure_is_refused():
    with pytest.raises(DomainError) as refused:
        passes_agreement([{1: "a"}, {1: "a"}], "loose")
    assert refused.value.code == "unknown_measure"


@pytest.mark.parametrize(("measure", "expected"), [("exact", (1, 3)), ("ordered", (1, 2)), ("weighted", (1.5, 3))])
def test_an_answer_is_held_against_its_reference_by_the_measure(measure, expected):
    assert share_same({1: "a", 2: "equal", 3: "b"}, {1: "a", 2: "b", 3: "a"}, measure) == expected


RATINGS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 5), st.integers(1, 12)),
    elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, float("nan")]),
)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@given(ratings=RATINGS)
def test_alpha_equals_the_krippendorff_package_wherever_it_is_defined(level, ratings):
    pairable = ratings[:, (~np.isnan(ratings)).sum(axis=0) > 1]
    alpha = krippendorff_alpha(ratings, level)
    if len(np.unique(pairable[~np.isnan(pairable)])) < 2:
        assert alpha is None
    else:
        assert alpha == pytest.approx(krippendorff.alpha(pairable, level_of_measurement=level), abs=1e-9)


def test_alpha_of_the_example_in_krippendorffs_paper():
    nan = float("nan")
    ratings = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
        [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
    ]
    assert krippendorff_alpha(ratings, "nominal") == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(ratings, "ordinal") == pytest.approx(0.815, abs=5e-4)
    assert krippendorff_alpha(ratings, "interval") == pytest.approx(0.849, abs=5e-4)


def test_an_unknown_level_of_measurement_is_refused():
    with pytest.raises(DomainError) as refused:
        krippendorff_alpha([[1.0, 2.0], [1.0, 3.0]], "cardinal")
    assert refused.value.code == "unknown_level"
