"""What people have said of pairs, and what judges have, as the plain values that a second opinion takes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, cast

from django.db.models import Exists, OuterRef, QuerySet

from annotate.domain.judging import Judged, pair_verdicts
from annotate.domain.states import CallState, ComparisonKind, JudgeScope, PromptState, Split
from annotate.domain.types import VERDICT_SIGNS, Verdict
from annotate.models import Comparison, JudgeCall, PreferenceSetItem, Prompt, Response
from annotate.selectors.judging import scope_prompts

CHUNK = 500
ITERATED = 5000


@dataclass(slots=True)
class Pair:
    """A pair (a < b) of a prompt's responses: ids of the final comparisons, and their verdicts as signs."""

    prompt: int
    a: int
    b: int
    votes: list[int] = field(default_factory=list)
    signs: list[int] = field(default_factory=list)

    @property
    def standing(self) -> int:
        """Return what the votes say together: 1 where more of them choose a than b, -1 the other way round, else 0."""
        total = sum(self.signs)
        return (total > 0) - (total < 0)


def judged_prompts(project_id: int) -> QuerySet[Prompt]:
    """Return the accepted, ranked prompts of a project."""
    return Prompt.objects.filter(project=project_id, state=PromptState.ACCEPTED, ranking__isnull=False)


def measured_prompts(project_id: int, set_id: int) -> QuerySet[Prompt]:
    """Return those on the benchmark of a frozen set: no model of the project was trained on them."""
    items = PreferenceSetItem.objects.filter(set=set_id).exclude(split=Split.TRAIN)
    return judged_prompts(project_id).filter(pk__in=items.values("prompt"))


def voted_prompts(prompts: QuerySet[Prompt]) -> set[int]:
    """Return those of `prompts` on which votes of annotators stand."""
    votes = Comparison.objects.filter(prompt=OuterRef("pk"), final=True, kind=ComparisonKind.HUMAN)
    return set(prompts.filter(Exists(votes)).values_list("pk", flat=True))


def voted_pairs(prompts: QuerySet[Prompt]) -> list[Pair]:
    """Return every pair of `prompts` of which only votes of annotators stand, by (a, b).

    A pair that a decision has settled was looked at by QA already.
    """
    rows = Comparison.objects.filter(prompt__in=prompts, final=True)
    pairs: dict[tuple[int, int], Pair] = {}
    decided: set[tuple[int, int]] = set()
    columns = ("pk", "prompt_id", "response_a_id", "response_b_id", "verdict", "kind")
    for pk, prompt, a, b, verdict, kind in rows.order_by("pk").values_list(*columns).iterator(ITERATED):
        if kind != ComparisonKind.HUMAN:
            decided.add((a, b))
            continue
        pair = pairs.setdefault((a, b), Pair(prompt, a, b))
        pair.votes.append(pk)
        pair.signs.append(VERDICT_SIGNS[cast(Verdict, verdict)])
    return [pair for key, pair in sorted(pairs.items()) if key not in decided]


def begun_by_nobody(project_id: int) -> dict[int, tuple[int, str]]:
    """Return {prompt: (top-level category, arm)} of the prompts that nobody has begun."""
    rows = scope_prompts(project_id, JudgeScope.UNANNOTATED, ()).select_related("category")
    columns = rows.order_by("pk").values_list("pk", "category_id", "category__root_id", "arm")
    return {pk: (root or category, arm) for pk, category, root, arm in columns}


def unvoted_pairs(prompt_ids: Collection[int]) -> list[tuple[int, int, int]]:
    """Return (prompt, a, b), a < b, of every pair of usable responses of prompts."""
    found: list[tuple[int, int, int]] = []
    for chunk in _chunks(prompt_ids):
        rows = Response.objects.filter(prompt__in=chunk, discarded=False).order_by("prompt_id", "pk")
        responses: dict[int, list[int]] = {}
        for prompt, pk in rows.values_list("prompt_id", "pk"):
            responses.setdefault(prompt, []).append(pk)
        found += [(prompt, a, b) for prompt, own in responses.items() for a, b in combinations(own, 2)]
    return found


def judged_signs(prompt_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Return {(a, b): what judges say together of it, as a sign} of the prompts' pairs that a judge has compared."""
    signs: dict[tuple[int, int], int] = {}
    for chunk in _chunks(prompt_ids):
        rows = JudgeCall.objects.filter(prompt__in=chunk, state=CallState.DONE).exclude(verdict="").order_by("pk")
        columns = rows.values_list("prompt_id", "first_id", "second_id", "verdict")
        calls = [Judged(prompt, a, b, cast(Verdict, verdict)) for prompt, a, b, verdict in columns]
        for of_pair in pair_verdicts(calls).values():
            signs |= {pair: VERDICT_SIGNS[verdict] for pair, verdict in of_pair.items() if verdict is not None}
    return signs


def _chunks(keys: Collection[int]) -> Iterator[Sequence[Any]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
