"""What a dry run of the filters tells: histograms of length and share of Chinese, counts, and examples of each flag."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from annotate.domain.filters import chinese_share
from annotate.domain.flags import Flag
from annotate.domain.states import FlagCode

# Where one bar of the histogram of characters ends and the next begins.
LENGTH_EDGES = (10, 20, 50, 100, 200, 300, 400, 600, 800, 1000, 1500, 2000, 3000, 4000, 6000)
SHARE_BARS = 20
MOST_EXAMPLES = 5


@dataclass(slots=True)
class FlagReport:
    """Counts responses as they are looked at."""

    lengths: list[int] = field(default_factory=lambda: [0] * (len(LENGTH_EDGES) + 1))
    lengths_flagged: list[int] = field(default_factory=lambda: [0] * (len(LENGTH_EDGES) + 1))
    shares: list[int] = field(default_factory=lambda: [0] * SHARE_BARS)
    shares_flagged: list[int] = field(default_factory=lambda: [0] * SHARE_BARS)
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    n_responses: int = 0
    n_flagged: int = 0
    n_prompts: int = 0
    n_leaving: int = 0

    def add_response(self, response: int, text: str, flags: Collection[Flag]) -> None:
        """Count one response; an example is kept of each flag until there are enough."""
        self.n_responses += 1
        self.n_flagged += bool(flags)
        bar = bisect_right(LENGTH_EDGES, len(text))
        share = min(SHARE_BARS - 1, int(chinese_share(text) * SHARE_BARS))
        self.lengths[bar] += 1
        self.shares[share] += 1
        codes = {flag.code for flag in flags}
        self.lengths_flagged[bar] += FlagCode.TOO_LONG in codes
        self.shares_flagged[share] += FlagCode.NOT_CHINESE in codes
        for code in codes:
            self.counts[code] += 1
            if len(self.examples[code]) < MOST_EXAMPLES:
                self.examples[code].append(response)

    def add_prompt(self, n_usable: int, n_flagged: int, needed: int) -> None:
        """Count one prompt, and whether it would have too few responses without those flagged."""
        self.n_prompts += 1
        self.n_leaving += n_usable - n_flagged < needed

    def body(self) -> dict[str, Any]:
        """Return the report as it is stored, JSON-ready."""
        return {
            "lengths": {"edges": list(LENGTH_EDGES), "all": self.lengths, "flagged": self.lengths_flagged},
            "shares": {
                "edges": [bar / SHARE_BARS for bar in range(1, SHARE_BARS)],
                "all": self.shares,
                "flagged": self.shares_flagged,
            },
            "counts": {code.value: self.counts[code] for code in FlagCode},
            "examples": {code.value: self.examples.get(code, []) for code in FlagCode},
            "n_responses": self.n_responses,
            "n_flagged": self.n_flagged,
            "n_prompts": self.n_prompts,
            "n_leaving": self.n_leaving,
        }
