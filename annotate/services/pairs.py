"""How a pair of responses is stored: one direction only, the smaller id as a."""

from annotate.domain.states import Verdict


def smaller_first(a: int, b: int, verdict: str) -> tuple[int, int, Verdict]:
    """Return the same comparison with the smaller response id as a."""
    said = Verdict(verdict)
    return (a, b, said) if a < b else (b, a, said.mirrored)
