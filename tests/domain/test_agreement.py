"""Agreement of passes, and Krippendorff's alpha against the krippendorff package."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annotate.domain.agreement import krippendorff_alpha, passes_agreement
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


def test_passes_over_different_comparisons_are_refused():
    with pytest.raises(DomainError) as refused:
        passes_agreement([{1: "a", 2: "b"}, {1: "a", 3: "b"}])
    assert refused.value.code == "different_comparisons"


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
