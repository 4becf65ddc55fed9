"""Judges' pairs, orders and figures against literal second implementations."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.budget import Budget, Cost, Prices, most_tokens
from annotate.domain.diversity import chosen_responses
from annotate.domain.filters import near_duplicate_clusters
from annotate.domain.judging import Judged, human_agreement, judge_pairs, judge_report, pair_verdicts
from annotate.domain.mixture import mixed_sources
from annotate.domain.statistics import cohen_kappa

VERDICTS = ("a", "b", "equal", None)


@given(st.sets(st.integers(1, 10**6), min_size=2, max_size=8), st.integers(0, 2**31))
def test_every_pair_is_shown_once_or_in_both_orders(responses: set[int], seed: int) -> None:
    pairs = {frozenset(pair) for pair in combinations(responses, 2)}
    once, both = (judge_pairs(sorted(responses), order, seed) for order in ("random", "both"))
    assert Counter(map(frozenset, once)) == dict.fromkeys(pairs, 1)
    assert Counter(map(frozenset, both)) == dict.fromkeys(pairs, 2)
    assert len(set(both)) == len(both)
    assert judge_pairs(sorted(responses, reverse=True), "random", seed).sort() == once.sort()


def test_in_random_order_either_way_round_is_as_likely() -> None:
    shown = [judge_pairs([1, 2], "random", seed)[0] for seed in range(2000)]
    assert 900 < shown.count((1, 2)) < 1100


calls = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([(a, b) for a in range(4) for b in range(4) if a != b]),
              st.sampled_from(VERDICTS)),
    unique_by=lambda row: row[:2], max_size=40,
)  # fmt: skip


def rows_of(drawn: list[tuple[int, tuple[int, int], str | None]]) -> list[Judged]:
    return [Judged(p, 10 * p + first, 10 * p + second, v) for p, (first, second), v in drawn]  # type: ignore[arg-type]


@given(calls)
def test_two_orders_make_one_verdict_literally(drawn: list[tuple[int, tuple[int, int], str | None]]) -> None:
    joined = pair_verdicts(rows_of(drawn))
    said = {(p, first, second): v for p, (first, second), v in drawn}
    turned = {"a": "b", "b": "a", "equal": "equal", None: None}
    for p, of_pair in joined.items():
        for (low, high), verdict in of_pair.items():
            a, b = low - 10 * p, high - 10 * p
            heard = [said.get((p, a, b)), turned[said.get((p, b, a))]]
            heard = [v for v in heard if v is not None]
            expected = None if not heard else heard[0] if heard[0] == heard[-1] else "equal"
            assert verdict == expected


@given(calls)
def test_the_shares_of_a_report_count_literally(drawn: list[tuple[int, tuple[int, int], str | None]]) -> None:
    report = judge_report(rows_of(drawn), {})
    said = [v for _p, _pair, v in drawn]
    assert (report.unreadable.k, report.unreadable.n) == (said.count(None), len(said))
    assert (report.first.k, report.first.n) == (said.count("a"), said.count("a") + said.count("b"))
    assert report.equal.k == said.count("equal")
    assert report.agreement is None
    assert 0 <= report.conflicts.k <= report.conflicts.n


def test_agreement_with_people_counts_ties_and_unreadable_answers() -> None:
    tiers = {1: [[1], [2, 3]]}
    verdicts = {1: {(1, 2): "a", (1, 3): None, (2, 3): "equal"}, 9: {(91, 92): "a"}}
    agreement = human_agreement(verdicts, tiers)  # type: ignore[arg-type]
    assert agreement is not None
    assert (agreement.n_prompts, agreement.same.k, agreement.same.n) == (1, 2, 3)
    assert (agreement.ordered.k, agreement.ordered.n) == (1, 2)


@given(st.lists(st.sampled_from(["a", "b", "equal"]), min_size=1, max_size=12), st.booleans())
def test_kappa_does_not_depend_on_which_response_is_called_a(said: list[str], perfect: bool) -> None:
    turned = {"a": "b", "b": "a", "equal": "equal"}
    tiers = {p: [[10 * p], [10 * p + 1]] for p in range(len(said))}
    mirrored = {p: [[10 * p + 1], [10 * p]] for p in range(len(said))}
    judge = {p: {(10 * p, 10 * p + 1): "a" if perfect else v} for p, v in enumerate(said)}
    other = {p: {pair: turned[v] for pair, v in of.items()} for p, of in judge.items()}
    one, two = human_agreement(judge, tiers), human_agreement(other, mirrored)  # type: ignore[arg-type]
    assert one is not None
    assert two is not None
    assert one.kappa == two.kappa
    if perfect:
        assert one.kappa == pytest.approx(1.0)


def test_kappa_is_that_of_the_textbook() -> None:
    assert cohen_kappa([[20, 5], [10, 15]]) == pytest.approx(0.4)
    assert cohen_kappa([[7, 0], [0, 0]]) is None
    assert cohen_kappa([[0, 0], [0, 0]]) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**7), st.integers(0, 10**7))
def test_costs_are_rounded_up_and_budgets_hold_exactly_what_fits(p: int, c: int, ask: int, say: int) -> None:
    cost = Prices(ask, say).cost(p, c)
    assert cost.tokens == p + c
    assert 0 <= cost.micros * 1000 - (p * ask + c * say) < 1000
    assert Budget(cost.tokens, cost.micros).holds(cost)
    assert not Budget(cost.tokens - 1, None).holds(cost)
    assert not Budget(None, cost.micros - 1).holds(cost)
    assert Cost(1, 1) + cost - cost == Cost(1, 1)


@given(st.text())
def test_no_text_has_more_tokens_than_are_set_aside(text: str) -> None:
    assert most_tokens([text]) >= len(text.encode("utf-8", "surrogatepass"))


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=6), st.integers(1, 64), st.text(max_size=5))
def test_a_mix_gives_every_model_its_share_rounded_either_way(weights: list[float], n: int, seed: str) -> None:
    counts = Counter(mixed_sources(weights, n, seed))
    for place, weight in enumerate(weights):
        share = n * weight / sum(weights)
        assert share - 1 - 1e-6 < counts[place] < share + 1 + 1e-6


words = st.sampled_from(
    [
        "今天天气很好，我们去公园散步",
        "今天天气很好我们去公园散步！",
        "量子纠缠是一种现象",
        "def f(): return 1",
        "宋词三百首",
    ]
)


@given(
    st.lists(st.tuples(st.sampled_from("xyz"), words), min_size=1, max_size=10), st.integers(1, 6), st.text(max_size=3)
)
def test_the_chosen_are_different_and_from_as_many_models_as_can_be(
    drawn: list[tuple[str, str]], n: int, seed: str
) -> None:
    models, texts = [m for m, _t in drawn], [t for _m, t in drawn]
    chosen = chosen_responses(models, texts, n, seed)
    clusters = near_duplicate_clusters(texts).tolist()
    assert len({clusters[place] for place in chosen}) == len(chosen) == min(n, len(set(clusters)))
    assert chosen == sorted(chosen)
    times = Counter(models[place] for place in chosen)
    kept_out = [m for m in set(models) if m not in times]
    if kept_out and max(times.values()) > 1:
        # A model left out had nothing that another did not say as well.
        taken = {clusters[place] for place in chosen}
        assert all(clusters[place] in taken for place, m in enumerate(models) if m in kept_out)
