"""Where every pair of a derived set comes from, and why a comparison is in it or not: a line for each of them.

`kept` tells whether a comparison entered the graph of its prompt, or follows from those that did; `in_training` whether
its pair is trained on. `why` is one word. Of what anybody said: `kept`, `tie`, or `merged` (kept, but on a cycle, whose
responses count as equal). Of what a judge said also `unscored`, `disagrees`, `margin`, `length`, `unreadable`,
`benchmark`, `human`, `response`, `prompt` (domain.debias.Lineage). Of a training pair that nobody said but that a path
of comparisons backs: `path`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.domain.debias import Lineage
from annotate.domain.types import Verdict
from annotate.exchange.ranked import RankedPrompt

HUMAN, JUDGE = "human", "judge"
WORDS = {code: code.name.removeprefix("DROPPED_").lower() for code in Lineage}


@dataclass(frozen=True, slots=True)
class Traced:
    """One comparison and what became of it; lead: the model's reward of the chosen less that of the rejected."""

    response_a: str
    response_b: str
    verdict: Verdict | None
    by: str
    kept: bool
    why: str
    lead: float | None = None


def human_traced(prompt: RankedPrompt) -> Iterator[Traced]:
    """Yield the comparisons that people's ranking of a prompt rests on."""
    for said in prompt.said:
        if said.final:
            why = "tie" if said.verdict == "equal" else "kept"
            yield Traced(said.response_a, said.response_b, said.verdict, said.by, True, why)


def lineage_lines(
    prompt_id: str, source: str, traced: Iterable[Traced], pairs: Sequence[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """Yield a line for each comparison of a prompt, and one for each training pair that none of them says.

    pairs: what is trained on of this prompt, (better, worse).
    """
    trained, said = set(pairs), set()
    for one in traced:
        pair = (one.response_b, one.response_a) if one.verdict == "b" else (one.response_a, one.response_b)
        learnt = one.why == "kept" and pair in trained
        if learnt:
            said.add(pair)
        why = "merged" if one.why == "kept" and not learnt else one.why
        yield _line(prompt_id, source, one, why, in_training=learnt)
    for better, worse in pairs:
        if (better, worse) not in said:
            backed = Traced(better, worse, "a", "", kept=True, why="path")
            yield _line(prompt_id, source, backed, backed.why, in_training=True)


def _line(prompt_id: str, source: str, one: Traced, why: str, *, in_training: bool) -> dict[str, Any]:
    return {
        "prompt_id": prompt_id,
        "response_a": one.response_a,
        "response_b": one.response_b,
        "verdict": one.verdict,
        "source": source,
        "by": one.by,
        "kept": one.kept,
        "why": why,
        "margin": one.lead,
        "in_training": in_training,
    }
