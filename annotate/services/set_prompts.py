"""Loads finished prompts, chunk by chunk, as the plain values that the exports are written from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from annotate.domain.graph import rank_prompt, supported_pairs
from annotate.domain.ranking import ordered_pairs
from annotate.domain.types import Comparison as Compared
from annotate.domain.types import Verdict
from annotate.exchange.ranked import RankedPrompt, Said
from annotate.models import Comparison, Prompt, Response
from annotate.services.jobs import JobFailure

CHUNK_PROMPTS = 500
FORMER_MEMBER = "former-member"
JUDGE = "judge"


def ranked_prompts(keys: Sequence[int], names: Mapping[int, str]) -> Iterator[tuple[Prompt, RankedPrompt]]:
    """Yield the prompts `keys` in order, with a fixed number of queries for every chunk of them.

    names: {user id: pseudonym}. Raises JobFailure("ranking_differs") where a stored ranking is not that of the final
    comparisons.
    """
    for start in range(0, len(keys), CHUNK_PROMPTS):
        chunk = keys[start : start + CHUNK_PROMPTS]
        prompts = Prompt.objects.select_related("category", "ranking").in_bulk(chunk)
        responses = _by_prompt(Response.objects.filter(prompt__in=chunk).order_by("prompt_id", "ring_index"))
        comparisons = _by_prompt(
            Comparison.objects.filter(prompt__in=chunk).select_related("annotation").order_by("prompt_id", "id")
        )
        for key in chunk:
            yield prompts[key], _ranked(prompts[key], responses[key], comparisons[key], names)


def _by_prompt(rows: Any) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.prompt_id].append(row)
    return grouped


def _ranked(
    prompt: Prompt, responses: list[Response], comparisons: list[Comparison], names: Mapping[int, str]
) -> RankedPrompt:
    exported = {response.pk: f"{prompt.external_id}:r{response.ring_index}" for response in responses}
    kept = {exported[response.pk]: response.text for response in responses if not response.discarded}
    said = [_said(comparison, exported, names) for comparison in comparisons]
    graph = [Compared(one.response_a, one.response_b, one.verdict) for one in said if one.final]
    ranking = rank_prompt(list(kept), graph)
    stored = [[exported[response] for response in tier] for tier in prompt.ranking.tiers]
    if [set(tier) for tier in ranking.tiers] != [set(tier) for tier in stored]:
        raise JobFailure("ranking_differs")
    supported = supported_pairs(list(kept), graph, ranking)
    ordered = ordered_pairs(ranking.tiers)
    return RankedPrompt(
        external_id=prompt.external_id,
        text=prompt.text,
        system=prompt.system,
        category=tuple(prompt.category.path),
        responses=kept,
        tiers=ranking.tiers,
        ordered=ordered,
        supported=[pair for pair in ordered if pair in supported],
        said=said,
    )


def _said(comparison: Comparison, exported: Mapping[int, str], names: Mapping[int, str]) -> Said:
    author = comparison.author_id
    return Said(
        response_a=exported[comparison.response_a_id],
        response_b=exported[comparison.response_b_id],
        verdict=cast(Verdict, comparison.verdict),
        by=JUDGE if author is None else names.get(author, FORMER_MEMBER),
        kind=comparison.kind,
        pass_number=comparison.pass_number,
        position_a=comparison.position_a,
        position_b=comparison.position_b,
        seconds=comparison.annotation.seconds if comparison.annotation else None,
        at=comparison.created_at,
        final=comparison.final,
    )
