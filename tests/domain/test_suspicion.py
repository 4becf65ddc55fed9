"""Expected errors, the fit of the tie model, the queue's order and its figures, against literal re-statements."""

from itertools import pairwise
from math import exp, log

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotate.domain.suspicion import (
    TieModel,
    chances,
    control_sample,
    decile,
    expected_errors,
    fit_tie_model,
    lift,
    mixed,
    ranked,
)
from annotate.domain.types import DomainError

MARGINS = st.floats(-8, 8)
VERDICTS = st.sampled_from([1, 0, -1])
MODELS = st.builds(TieModel, st.floats(0, 4), st.floats(0.001, 4))
VOTES = st.lists(st.tuples(MARGINS, VERDICTS), min_size=1, max_size=30)


def literal(margin: float, verdict: int, model: TieModel) -> float:
    a = 1 / (1 + exp(min(700, model.width - model.scale * margin)))
    b = 1 / (1 + exp(min(700, model.width + model.scale * margin)))
    return {1: a, -1: b, 0: 1 - a - b}[verdict]


@given(VOTES, st.lists(MODELS, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_expected_error_is_one_less_the_models_mean_chance_of_the_vote(votes, models, random) -> None:  # type: ignore[no-untyped-def]
    margins = [[random.uniform(-8, 8) for _ in votes] for _ in models]
    verdicts = [verdict for _margin, verdict in votes]
    found = expected_errors(margins, verdicts, models)
    for place, verdict in enumerate(verdicts):
        said = [literal(margins[m][place], verdict, model) for m, model in enumerate(models)]
        assert found[place] == pytest.approx(1 - sum(said) / len(said), abs=1e-9)
    for row, model in zip(margins, models, strict=True):
        assert chances(row, model).sum(axis=1) == pytest.approx(np.ones(len(votes)))


@given(VOTES)
@example([(5e-324, 0)])
@example([(1e-10, 1), (-1e-10, -1)])
def test_no_other_scale_and_width_make_the_votes_likelier(votes: list[tuple[float, int]]) -> None:
    margins, verdicts = [m for m, _ in votes], [v for _, v in votes]

    def unlikely(model: TieModel) -> float:
        return -sum(log(max(1e-300, literal(m, v, model))) for m, v in votes) / len(votes)

    ours = unlikely(fit_tie_model(margins, verdicts))
    for scale in (0, 0.05, 0.2, 0.5, 1, 2, 4, 8):
        for width in (1e-6, 0.05, 0.2, 0.5, 1, 2, 4, 8):
            assert ours <= unlikely(TieModel(scale, width)) + 1e-4


def test_the_fit_finds_the_scale_and_width_that_votes_were_drawn_with_in_any_unit_of_reward() -> None:
    rng = np.random.default_rng(3)
    margins = rng.normal(size=20_000)
    drawn = rng.random(20_000)
    table = chances(margins, TieModel(1.5, 0.4))
    verdicts = np.where(drawn < table[:, 0], 1, np.where(drawn < table[:, 0] + table[:, 1], 0, -1))
    for unit in (1.0, 100.0):
        found = fit_tie_model(margins * unit, verdicts)
        assert found.scale * unit == pytest.approx(1.5, abs=0.05)
        assert found.width == pytest.approx(0.4, abs=0.03)


def test_a_model_that_orders_against_people_is_taken_to_know_nothing() -> None:
    found = fit_tie_model([1.0, 2.0, -1.0, 3.0], [-1, -1, 1, -1])
    assert found.scale == 0
    with pytest.raises(DomainError, match="no votes"):
        fit_tie_model([], [])


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.7, 0.9]), st.integers(0, 99)), unique_by=lambda row: row[1]))
def test_the_queue_holds_the_largest_errors_and_does_not_depend_on_the_order_of_rows(
    rows: list[tuple[float, int]],
) -> None:
    literally = [key for error, key in sorted(rows, key=lambda row: (-row[0], row[1])) if error >= 0.5][:5]
    for given_rows in (rows, rows[::-1]):
        places = ranked([e for e, _ in given_rows], [k for _, k in given_rows], most=5, least=0.5)
        assert [given_rows[place][1] for place in places] == literally


@given(st.integers(1, 400))
def test_deciles_are_tenths(n: int) -> None:
    tenths = [decile(rank, n) for rank in range(1, n + 1)]
    assert tenths == sorted(tenths)
    assert {1} <= set(tenths) <= set(range(1, 11))
    sizes = [tenths.count(number) for number in set(tenths)]
    assert max(sizes) - min(sizes) <= 1


@given(st.sets(st.integers(0, 200), max_size=60), st.sets(st.integers(0, 200), max_size=20), st.text(max_size=3))
def test_controls_stand_evenly_among_suspects_each_key_once(suspects: set[int], controls: set[int], seed: str) -> None:
    ordered = sorted(suspects, reverse=True)
    queue = mixed(ordered, sorted(controls), seed)
    assert sorted(queue) == sorted(suspects | controls)
    assert [key for key in queue if key in suspects] == ordered
    places = [place for place, key in enumerate(queue) if key not in suspects]
    gaps = [after - before for before, after in pairwise(places)]
    assert not gaps or max(gaps) - min(gaps) <= 2


@given(st.sets(st.integers(0, 500), min_size=1), st.integers(0, 30), st.text(max_size=3))
def test_the_control_sample_is_some_of_the_pairs_whatever_their_order(keys: set[int], n: int, seed: str) -> None:
    found = control_sample(sorted(keys), n, seed)
    assert found == control_sample(sorted(keys, reverse=True), n, seed)
    assert len(set(found)) == len(found) == min(n, len(keys))
    assert set(found) <= keys


def test_every_pair_is_as_likely_as_another_to_be_a_control() -> None:
    counts = np.zeros(20)
    for seed in range(2_000):
        counts[control_sample(range(20), 5, str(seed))] += 1
    assert counts.min() > 400
    assert counts.max() < 600


def test_the_lift_is_the_ratio_of_rates_with_an_interval_around_it() -> None:
    found = lift(300, 1000, 100, 1000)
    assert found is not None
    ratio, interval = found
    assert ratio == pytest.approx(3, rel=0.01)
    assert interval.low < 2.6 < 3.5 < interval.high
    assert lift(3, 10, 0, 0) is None
    none_overruled = lift(5, 10, 0, 5)
    assert none_overruled is not None
    assert none_overruled[1].low < none_overruled[0] < none_overruled[1].high
