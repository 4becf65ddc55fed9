"""What one annotation says: scores, an order with ties, and the comparisons that follow (PROTOCOL 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain, combinations
from typing import NoReturn

from annotate.domain.types import Comparison, DomainError, Node, verdict_of_tiers

MIN_SCORE, MAX_SCORE = 0, 5


def order_check(
    response_ids: Collection[Node],
    scores: Mapping[Node, object],
    order: Sequence[Sequence[Node]],
    discarded: Collection[Node],
) -> None:
    """Raise DomainError unless scores, order and discards are complete and say the same.

    order: tiers, best first. A higher score must stand in a strictly higher tier; equal scores may be ordered
    or tied. Codes: foreign_response, incomplete, invalid_score, invalid_order, discarded_needs_zero,
    contradiction (details higher_scored and lower_scored name the pair).
    """
    responses = set(response_ids)
    _check_tiers(order)
    ordered = list(chain.from_iterable(order))
    for field, named in (("scores", scores), ("order", ordered), ("discarded", discarded)):
        _check_known(field, named, responses)
    for field, named in (("scores", scores), ("order", ordered)):
        _check_complete(field, named, responses)
    _check_consistent(_checked_scores(scores, discarded), order)


def comparisons_from_order(display_order: Sequence[Node], order: Sequence[Sequence[Node]]) -> list[Comparison[Node]]:
    """All pairs of the responses of one task, the one displayed earlier as a.

    display_order: every response once. order: the same responses in tiers, best first;
    DomainError("incomplete") otherwise.
    """
    tier_of = {response: number for number, tier in enumerate(order) for response in tier}
    if tier_of.keys() != set(display_order):
        raise DomainError("incomplete", "The order does not hold the displayed responses.", field="order")
    return [Comparison(a, b, verdict_of_tiers(tier_of[a], tier_of[b])) for a, b in combinations(display_order, 2)]


def _check_tiers(order: Sequence[Sequence[Node]]) -> None:
    if not all(order):
        raise DomainError("invalid_order", "The order has an empty tier.", field="order")
    ordered = list(chain.from_iterable(order))
    if len(set(ordered)) != len(ordered):
        raise DomainError("invalid_order", "The order holds a response twice.", field="order")


def _check_known(field: str, named: Collection[Node], responses: set[Node]) -> None:
    for response in named:
        if response not in responses:
            raise DomainError(
                "foreign_response",
                f"Response {response!r} is not part of this task.",
                field=field,
                response=response,
            )


def _check_complete(field: str, named: Collection[Node], responses: set[Node]) -> None:
    missing = responses.difference(named)
    if missing:
        raise DomainError("incomplete", f"{len(missing)} responses are missing.", field=field, n_missing=len(missing))


def _checked_scores(scores: Mapping[Node, object], discarded: Collection[Node]) -> dict[Node, int]:
    checked = {}
    for response, score in scores.items():
        # bool is a subclass of int, but true is no score
        if type(score) is not int or not MIN_SCORE <= score <= MAX_SCORE:
            raise DomainError(
                "invalid_score",
                f"Response {response!r} needs a whole score from {MIN_SCORE} to {MAX_SCORE}.",
                field="scores",
                response=response,
            )
        if response in discarded and score != MIN_SCORE:
            raise DomainError(
                "discarded_needs_zero",
                f"Response {response!r} is discarded, so its score must be {MIN_SCORE}.",
                field="discarded",
                response=response,
            )
        checked[response] = score
    return checked


def _check_consistent(scores: Mapping[Node, int], order: Sequence[Sequence[Node]]) -> None:
    placed = [(number, response) for number, tier in enumerate(order) for response in tier]
    for (upper_tier, upper), (lower_tier, lower) in combinations(placed, 2):
        if scores[upper] < scores[lower]:
            _contradiction(lower, upper)
        if upper_tier == lower_tier and scores[upper] > scores[lower]:
            _contradiction(upper, lower)


def _contradiction(higher_scored: Node, lower_scored: Node) -> NoReturn:
    raise DomainError(
        "contradiction",
        f"Response {higher_scored!r} is scored above {lower_scored!r} but does not stand above it.",
        field="order",
        higher_scored=higher_scored,
        lower_scored=lower_scored,
    )
