"""The recipe of distant supervision against a literal reading of it, comparison by comparison."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.debias import LengthGroups, Lineage
from annotate.domain.distant import Judgements, Recipe, aligned, sift
from annotate.domain.types import DomainError

N = 7
OUTSIDE = [code for code in Lineage if code >= Lineage.DROPPED_UNREADABLE]


@st.composite
def judged(draw):
    """Judgements of N responses; about half of them may not count."""
    row = st.tuples(
        st.integers(0, N - 1),
        st.integers(0, N - 1),
        st.sampled_from([1, 0, -1]),
        st.sampled_from([Lineage.KEPT] * len(OUTSIDE) + OUTSIDE),
    ).filter(lambda row: row[0] != row[1])
    rows = draw(st.lists(row, max_size=50))
    rewards = draw(st.lists(st.sampled_from([math.nan, -1.0, 0.0, 0.5, 2.0]), min_size=N, max_size=N))
    lengths = draw(st.lists(st.integers(1, 4), min_size=N, max_size=N))
    a, b, verdict, outside = (np.array([row[place] for row in rows], dtype=np.int64) for place in range(4))
    return Judgements(a, b, verdict, outside.astype(np.int8), np.array(lengths), np.array(rewards))


def literal_fate(row, rewards, margin):
    """What becomes of one comparison before lengths are levelled."""
    a, b, verdict, outside = row
    if outside != Lineage.KEPT:
        return outside
    if verdict == 0:
        return Lineage.DROPPED_TIE
    if margin is None:
        return Lineage.KEPT
    lead = rewards[a] - rewards[b] if verdict == 1 else rewards[b] - rewards[a]
    if math.isnan(lead):
        return Lineage.DROPPED_UNSCORED
    if lead <= 0:
        return Lineage.DROPPED_DISAGREES
    return Lineage.DROPPED_MARGIN if lead < margin else Lineage.KEPT


def literal_groups(rows, fates, lengths):
    counts = {1: 0, -1: 0, 0: 0}
    for (a, b, verdict, _outside), fate in zip(rows, fates, strict=True):
        if fate == Lineage.KEPT:
            chosen, rejected = (a, b) if verdict == 1 else (b, a)
            counts[(lengths[chosen] > lengths[rejected]) - (lengths[chosen] < lengths[rejected])] += 1
    return LengthGroups(counts[1], counts[-1], counts[0])


def rows_of(data):
    return list(zip(data.a.tolist(), data.b.tolist(), data.verdict.tolist(), data.outside.tolist(), strict=True))


@given(judged(), st.sampled_from([None, 0.0, 0.4, 1.5]), st.booleans(), st.integers(0, 3))
def test_every_comparison_meets_the_fate_that_a_literal_reading_gives(data, margin, debias, seed):
    rows, rewards, lengths = rows_of(data), data.rewards.tolist(), data.lengths.tolist()
    before = [literal_fate(row, rewards, margin) for row in rows]
    sifted = sift(data, Recipe(margin, debias, seed))
    assert sifted.before == literal_groups(rows, before, lengths)
    assert sifted.after == literal_groups(rows, sifted.lineage.tolist(), lengths)
    changed = [place for place, fate in enumerate(before) if sifted.lineage[place] != fate]
    assert {int(sifted.lineage[place]) for place in changed} <= {Lineage.DROPPED_LENGTH}
    assert {before[place] for place in changed} <= {Lineage.KEPT}
    if debias:
        smaller = min(sifted.before.longer, sifted.before.shorter)
        assert sifted.after == LengthGroups(smaller, smaller, sifted.before.equal)
    else:
        assert changed == []


@given(judged(), st.sampled_from([None, 0.4]), st.integers(0, 3))
def test_what_may_not_count_does_not_change_what_is_drawn(data, margin, seed):
    counts = data.outside == Lineage.KEPT
    alone = Judgements(
        data.a[counts], data.b[counts], data.verdict[counts], data.outside[counts], data.lengths, data.rewards
    )
    recipe = Recipe(margin, True, seed)
    assert sift(data, recipe).lineage[counts].tolist() == sift(alone, recipe).lineage.tolist()


@given(judged())
def test_a_lead_is_the_reward_of_the_chosen_less_that_of_the_rejected(data):
    rewards = data.rewards.tolist()
    for (a, b, verdict, _outside), lead in zip(rows_of(data), data.leads().tolist(), strict=True):
        literal = {1: rewards[a] - rewards[b], -1: rewards[b] - rewards[a], 0: math.nan}[verdict]
        assert (lead == literal) or (math.isnan(lead) and math.isnan(literal))


@given(st.dictionaries(st.integers(0, 30), st.floats(-5, 5)), st.lists(st.integers(-2, 32)))
def test_values_are_found_by_their_id(known, wanted):
    ids = sorted(known)
    found = aligned(ids, [known[key] for key in ids], wanted).tolist()
    for key, value in zip(wanted, found, strict=True):
        assert value == known[key] if key in known else math.isnan(value)


def test_rewards_must_be_of_the_same_responses_and_the_margin_no_less_than_nothing():
    data = Judgements(
        np.array([0]), np.array([1]), np.array([1]), np.zeros(1, np.int8), np.array([1, 2]), np.array([0.0, 1.0])
    )
    with pytest.raises(DomainError) as refused:
        data.with_rewards(np.zeros(3))
    assert refused.value.code == "different_lengths"
    with pytest.raises(DomainError) as refused:
        sift(data, Recipe(-0.1, False, 0))
    assert refused.value.code == "invalid_margin"
