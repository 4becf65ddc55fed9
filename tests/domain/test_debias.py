"""Filter and length debias against literal implementations, and a judge whose known faults they must undo."""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.bias import logistic_fit
from annotate.domain.debias import (
    LengthGroups,
    Lineage,
    length_debias,
    length_groups,
    lineage_counts,
    lineage_start,
    reward_filter,
)
from annotate.domain.judge_simulation import Faults, judge_all, stream_of, undone
from annotate.domain.types import DomainError

N = 8


@st.composite
def judged(draw):
    """Comparisons (a, b, verdict) of N responses, rewards (some missing, many equal) and lengths (many equal)."""
    pair = st.tuples(st.integers(0, N - 1), st.integers(0, N - 1), st.sampled_from([1, 0, -1])).filter(
        lambda row: row[0] != row[1]
    )
    rows = draw(st.lists(pair, max_size=60))
    rewards = draw(st.lists(st.sampled_from([math.nan, -1.0, 0.0, 0.5, 0.7, 2.0]), min_size=N, max_size=N))
    lengths = draw(st.lists(st.integers(1, 4), min_size=N, max_size=N))
    a, b, verdict = ([row[place] for row in rows] for place in range(3))
    return a, b, verdict, rewards, lengths


def literal_filter(a, b, verdict, rewards, margin):
    """One comparison at a time, as the protocol says it."""
    said = []
    for one, other, word in zip(a, b, verdict, strict=True):
        chosen, rejected = (one, other) if word > 0 else (other, one)
        if word == 0:
            said.append(Lineage.DROPPED_TIE)
        elif math.isnan(rewards[chosen]) or math.isnan(rewards[rejected]):
            said.append(Lineage.DROPPED_UNSCORED)
        elif not rewards[chosen] > rewards[rejected]:
            said.append(Lineage.DROPPED_DISAGREES)
        elif rewards[chosen] - rewards[rejected] < margin:
            said.append(Lineage.DROPPED_MARGIN)
        else:
            said.append(Lineage.KEPT)
    return said


@given(judged(), st.sampled_from([0.0, 0.2, 0.5, 1.5]))
def test_the_filter_says_of_every_comparison_what_a_literal_reading_says(data, margin):
    a, b, verdict, rewards, _lengths = data
    assert reward_filter(a, b, verdict, rewards, margin).tolist() == literal_filter(a, b, verdict, rewards, margin)


@given(judged(), st.sampled_from([0.0, 0.5]))
def test_what_the_filter_keeps_holds_no_cycle(data, margin):
    a, b, verdict, rewards, _lengths = data
    lineage = reward_filter(a, b, verdict, rewards, margin)
    graph = nx.DiGraph()
    for one, other, word, code in zip(a, b, verdict, lineage, strict=True):
        if code == Lineage.KEPT:
            graph.add_edge(*((one, other) if word > 0 else (other, one)))
    assert nx.is_directed_acyclic_graph(graph)


@given(judged(), st.integers(0, 5))
def test_debias_leaves_both_groups_alike_and_touches_nothing_else(data, seed):
    a, b, verdict, rewards, lengths = data
    before = reward_filter(a, b, verdict, rewards)
    after = length_debias(a, b, verdict, lengths, before, seed)
    groups = {1: [], -1: [], 0: []}
    for row, (one, other, word, code) in enumerate(zip(a, b, verdict, before, strict=True)):
        if code == Lineage.KEPT:
            more = word * (lengths[one] - lengths[other])
            groups[(more > 0) - (more < 0)].append(row)
    assert length_groups(a, b, verdict, lengths, before) == LengthGroups(*(len(groups[sign]) for sign in (1, -1, 0)))
    smaller = min(len(groups[1]), len(groups[-1]))
    assert length_groups(a, b, verdict, lengths, after) == LengthGroups(smaller, smaller, len(groups[0]))
    changed = {row for row in range(len(a)) if before[row] != after[row]}
    assert changed <= set(max(groups[1], groups[-1], key=len))
    assert {int(after[row]) for row in changed} <= {Lineage.DROPPED_LENGTH}
    assert after.tolist() == length_debias(a, b, verdict, lengths, before, seed).tolist()
    assert sum(lineage_counts(after).values()) == len(a)


def test_every_pair_of_the_larger_group_is_as_likely_to_stay_and_the_seed_decides():
    a, b, verdict = [0] * 30 + [1] * 10, [1] * 30 + [0] * 10, [1] * 40
    stays = np.zeros(40)
    for seed in range(600):
        stays += length_debias(a, b, verdict, [9, 5], lineage_start(verdict), seed) == Lineage.KEPT
    assert (stays[30:] == 600).all()
    # 200 of 600 are expected for each, with a standard deviation of 11.5
    assert stays[:30].min() > 150
    assert stays[:30].max() < 250


def test_the_sample_of_a_seed_is_the_same_for_ever():
    verdict = [1] * 12
    lineage = length_debias([0] * 8 + [1] * 4, [1] * 8 + [0] * 4, verdict, [9, 5], lineage_start(verdict), 7)
    assert [row for row, code in enumerate(lineage) if code == Lineage.DROPPED_LENGTH] == [1, 2, 5, 7]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"margin": -0.1}, "invalid_margin"),
        ({"margin": math.nan}, "invalid_margin"),
        ({"verdict": [2]}, "unknown_verdict"),
        ({"a": [5]}, "foreign_response"),
        ({"a": [0, 1]}, "different_lengths"),
    ],
)
def test_columns_that_make_no_sense_are_refused(change, code):
    values = {"a": [0], "b": [1], "verdict": [1], "rewards": [1.0, 0.0], "margin": 0.0, **change}
    with pytest.raises(DomainError) as refused:
        reward_filter(**values)
    assert refused.value.code == code


def test_a_tie_that_is_called_kept_is_refused():
    with pytest.raises(DomainError) as refused:
        length_debias([0], [1], [0], [1, 2], [Lineage.KEPT], 0)
    assert refused.value.code == "kept_tie"


FAULTS = Faults(place=0.4, length=0.4, noise=0.6, tie_band=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_filter_and_debias_measurably_undo_a_judge_of_known_faults(seed):
    judge = judge_all(2000, 5, FAULTS, seed)
    model = judge.quality + 0.7 * np.random.default_rng(seed + 100).standard_normal(len(judge.quality))
    left = undone(judge, model)
    alone, debias, filtered, both = (left[name] for name in ("judge", "debias", "filter", "both"))
    # The judge's leanings are there to begin with, in the direction they were put in.
    assert alone.fit.first.high < 0 < alone.fit.length.low
    # Each step makes the choices truer, and the two together the truest.
    assert alone.right < debias.right < both.right
    assert alone.right + 0.05 < filtered.right < both.right + 0.005
    # Length: both steps take from the slope, intervals apart; together little is left of it.
    assert debias.fit.length.high < alone.fit.length.low
    assert filtered.fit.length.high < alone.fit.length.low
    assert both.fit.length.value < 0.4 * alone.fit.length.value
    assert both.groups.longer == both.groups.shorter
    # Position: only the filter knows of it.
    assert filtered.fit.first.low > alone.fit.first.high
    assert abs(both.fit.first.value) < 0.8 * abs(alone.fit.first.value)


def test_a_judge_without_faults_shows_none():
    fits = [logistic_fit(stream_of(judge_all(1000, 5, Faults(0, 0, 0.6, 0.1), seed)), "half") for seed in range(20)]
    # Intervals at 95%: of twenty, one or two may miss 0.
    assert sum(not fit.first.low < 0 < fit.first.high for fit in fits) <= 3
    assert sum(not fit.length.low < 0 < fit.length.high for fit in fits) <= 3


def test_the_simulated_judge_sees_every_pair_once_in_random_order():
    judge = judge_all(200, 4, FAULTS, 3)
    assert len(judge.a) == 200 * 6
    pairs = {frozenset(pair) for pair in zip(judge.a.tolist(), judge.b.tolist(), strict=True)}
    assert len(pairs) == 1200
    assert all(one // 4 == other // 4 for one, other in map(sorted, pairs))
    assert 0.45 < (judge.a < judge.b).mean() < 0.55
