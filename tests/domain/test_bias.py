"""Bias curves and the logistic fit against literal implementations."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from annotate.domain.bias import (
    LENGTH_EDGES,
    PLACES,
    Stream,
    length_bins,
    length_curve,
    logistic_fit,
    longer_preferred,
    place_curve,
    whole,
)
from annotate.domain.statistics import ratio_interval
from annotate.domain.types import DomainError

NAMES = ("prompt", "by", "place", "difference", "verdict")
row = st.tuples(
    st.integers(0, 6),
    st.just(0),
    st.sampled_from([1, 2, PLACES + 2]),
    st.one_of(st.integers(-700, 700), st.sampled_from([0, *LENGTH_EDGES])),
    st.sampled_from([1, 0, -1]),
)


def stream(rows):
    columns = np.array(rows, dtype=np.int64).reshape(-1, len(NAMES)).T
    return Stream(**dict(zip(NAMES, columns, strict=True)))


def literal_cell(rows, ties):
    """(n, ties, share, interval) of some comparisons, one at a time."""
    of_prompt = defaultdict(lambda: [0.0, 0])
    n_ties = 0
    for prompt, _by, _place, _difference, verdict in rows:
        n_ties += verdict == 0
        if verdict != 0 or ties == "half":
            of_prompt[prompt][0] += {1: 1.0, 0: 0.5, -1: 0.0}[verdict]
            of_prompt[prompt][1] += 1
    total = sum(n for _, n in of_prompt.values())
    share = sum(a for a, _ in of_prompt.values()) / total if total else None
    return len(rows), n_ties, share, [(a, n, 1) for a, n in of_prompt.values()]


def same(cell, rows, ties):
    n, n_ties, share, outcomes = literal_cell(rows, ties)
    assert (cell.n, cell.n_ties) == (n, n_ties)
    assert cell.share == (None if share is None else pytest.approx(share))
    assert (cell.interval is None) == (share is None)
    if len(outcomes) >= 2 and len({a / n for a, n, _ in outcomes}) == 1:
        # Where all prompts say the same the interval is Wilson's, by prompts.
        assert cell.interval == ratio_interval(outcomes)
    if share is not None:
        assert 0 <= cell.interval.low <= share + 1e-9
        assert share - 1e-9 <= cell.interval.high <= 1


@settings(max_examples=60)
@given(st.lists(row, max_size=40), st.sampled_from(["half", "apart"]))
def test_curves_are_what_counting_one_by_one_gives(rows, ties):
    data = stream(rows)
    edges = [-(10**9), *LENGTH_EDGES, 10**9]
    for number, cell in enumerate(length_curve(data, ties)):
        same(cell, [one for one in rows if edges[number] <= one[3] < edges[number + 1]], ties)
    places = place_curve(data, ties)
    assert sorted(places) == sorted({divmod(one[2], PLACES) for one in rows})
    for place, cell in places.items():
        same(cell, [one for one in rows if divmod(one[2], PLACES) == place], ties)
    same(whole(data, ties), rows, ties)
    turned = [(p, by, at, abs(d), v if d > 0 else -v) for p, by, at, d, v in rows if d]
    same(longer_preferred(data, ties), turned, ties)


def test_the_bins_mirror_each_other():
    differences = np.arange(1, 1500)
    assert (length_bins(-differences) == len(LENGTH_EDGES) - length_bins(differences)).all()
    assert length_bins([0]).tolist() == [len(LENGTH_EDGES) // 2]


def made(n_prompts, first, length, seed, each=6):
    """Comparisons from a known model; what is said of one prompt shares a lean of its own."""
    generator = np.random.default_rng(seed)
    n = n_prompts * each
    prompt = np.repeat(np.arange(n_prompts), each)
    difference = generator.integers(-400, 401, n)
    lean = generator.standard_normal(n_prompts)[prompt] * 0.5
    chance = 1 / (1 + np.exp(-(first + length * difference / 100 + lean)))
    verdict = np.where(generator.random(n) < chance, 1, -1)
    verdict[generator.random(n) < 0.1] = 0
    return Stream(prompt, np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64), difference, verdict)


def literal_fit(data, ties):
    """Maximise the likelihood by a general optimiser, the sandwich prompt by prompt."""
    rows = [
        (p, np.array([1.0, np.clip(d, -1000, 1000) / 100]), (v + 1) / 2)
        for p, d, v in zip(data.prompt, data.difference, data.verdict, strict=True)
        if ties == "half" or v
    ]

    def loss(beta):
        return sum(np.logaddexp(0, beta @ x) - y * (beta @ x) for _, x, y in rows)

    beta = minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-8}).x
    information, meat, scores = np.zeros((2, 2)), np.zeros((2, 2)), defaultdict(lambda: np.zeros(2))
    for p, x, y in rows:
        chance = 1 / (1 + np.exp(-beta @ x))
        information += chance * (1 - chance) * np.outer(x, x)
        scores[p] += (y - chance) * x
    for score in scores.values():
        meat += np.outer(score, score)
    bread = np.linalg.inv(information)
    return beta, np.sqrt(np.diag(bread @ meat @ bread) * len(scores) / (len(scores) - 1))


@pytest.mark.parametrize("ties", ["half", "apart"])
@pytest.mark.parametrize("seed", range(3))
def test_the_fit_is_that_of_a_general_optimiser(ties, seed):
    data = made(40, 0.3, 0.2, seed)
    fit = logistic_fit(data, ties)
    beta, error = literal_fit(data, ties)
    assert (fit.first.value, fit.length.value) == pytest.approx(tuple(beta), abs=1e-4)
    widths = fit.first.high - fit.first.value, fit.length.high - fit.length.value
    assert widths == pytest.approx(tuple(1.96 * error), rel=1e-3)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    truth = [logistic_fit(made(20_000, 0.4, 0.3, 999), "apart")]
    held = [0, 0]
    for seed in range(100):
        fit = logistic_fit(made(80, 0.4, 0.3, seed), "apart")
        for place, (one, whole_truth) in enumerate(
            zip((fit.first, fit.length), (truth[0].first, truth[0].length), strict=True)
        ):
            held[place] += one.low <= whole_truth.value <= one.high
    assert all(85 <= count <= 100 for count in held)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(0, 0, 1, 50, 1), (1, 0, 1, 80, 1)],
        [(0, 0, 1, 50, 1), (1, 0, 1, 50, -1)],
        [(0, 0, 1, 50, 1), (0, 0, 1, 80, -1), (0, 0, 1, 90, 1)],
        [(n, 0, 1, d, 1 if d > 0 else -1) for n, d in enumerate((-300, -200, 200, 300))],
        [(0, 0, 1, 50, 0)],
    ],
)
def test_what_has_no_finite_fit_has_none(rows):
    assert logistic_fit(stream(rows), "apart") is None


def test_another_way_with_ties_is_refused():
    with pytest.raises(DomainError) as refused:
        whole(stream([(0, 0, 1, 5, 1)]), "never")
    assert refused.value.code == "unknown_ties"


def test_columns_of_unequal_length_are_refused():
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(DomainError):
        Stream(one, one, one, one, np.zeros(2, dtype=np.int64))
