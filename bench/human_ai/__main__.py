"""Distant supervision on real labels: python -m bench.human_ai prompts_responses.jsonl.gz

LLMEval-2's responses carry stars by people and by GPT-4. Its prompts are split by a hash: people's comparisons of a
small part, the judge's of the largest, and the rest held out, where the models are measured on what people said. The
six rows are those of table 4 of the paper (Wen et al., ACL 2025): the judge alone, length debias, the filter by a model
trained on the human part, both, the human part alone, and all together. Each is trained from scratch by the engine with
the same settings and measured; that three times, with other random weights, orders and samples.

The judge is GPT-4 (`gpt4`), or one of known faults (`simulated`): what people said, with a lean to the place shown
later, a lean to longer responses, and noise. Of what each row keeps the pairs are counted, too: how many order two
responses as people do, how many chose the longer, and the leans that are left, by logistic regression.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.domain.bias import PLACES, Stream, logistic_fit
from annotate.domain.debias import Codes, Lineage, length_debias, length_groups, lineage_start, reward_filter
from bench.human_ai.stars import Columns, Part, Rated, columns_of, human_pairs, read_rated, training_lines
from bench.rm.learn import BASE, engine
from bench.rm.preferences import BOOTSTRAPS, Pair, by_reward, read_rewards, response_id
from bench.rm.report import circumstances, table, this_command, write_section

RESULTS = Path(__file__).with_name("RESULTS.md")
SETTINGS = {
    "max_length": 512, "truncate": "left", "learning_rate": 1e-3, "epochs": 2, "batch_responses": 80,
    "regularization": 0.01, "token_budget": 8192, "device": "cpu",
}  # fmt: skip
SEEDS = (1, 2, 3)
MARGIN = 0.0
# Of the simulated judge, in standard deviations of people's sums of stars.
PLACE, LENGTH, NOISE, TIE_BAND = 0.4, 0.4, 0.6, 0.1
ROWS = {
    "judge": "judge alone", "debias": "+ length debias", "filter": "+ filter", "both": "+ both",
    "human": "human alone", "all": "all together",
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """What a row is trained on: pairs, and of the judge's how many are as people say, and its leans."""

    n_pairs: int
    right: float
    longer: float
    by_place: float
    by_length: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.human_ai", description=str(__doc__).partition("\n\n")[2])
    parser.add_argument("data", type=Path, help=".jsonl.gz of prompts with responses and stars")
    parser.add_argument("--judge", choices=["gpt4", "simulated"], default="gpt4")
    parser.add_argument(
        "--work", type=Path, default=Path("var/bench-human-ai"), help="folder of bases, runs and scores"
    )
    parser.add_argument("--write-results", action="store_true", help="put the figures into bench/human_ai/RESULTS.md")
    options = parser.parse_args()
    rated = read_rated(options.data)
    work = options.work.resolve() / options.judge
    results = [Experiment(rated, options.judge, seed, work / str(seed)).run() for seed in SEEDS]
    lines = report(rated, results)
    print("\n".join(lines))
    if options.write_results:
        title = {"gpt4": "GPT-4 as the judge", "simulated": "A judge of known faults"}[options.judge]
        write_section(options.judge, title, lines, RESULTS)
    return 0


@dataclass(frozen=True)
class Result:
    """One seed: what each row was trained on, and which held-out pairs its model has right."""

    kept: Mapping[str, Kept]
    right: Mapping[str, Sequence[float]]


class Experiment:
    """The six rows of one seed."""

    def __init__(self, rated: Sequence[Rated], judge: str, seed: int, work: Path):
        self.seed, self.work = seed, work
        self.human, self.judged, self.held_out = (part_of(rated, part) for part in ("human", "judge", "held out"))
        self.pairs = human_pairs(self.held_out)
        said = [prompt.judge for prompt in self.judged]
        self.columns = columns_of(self.judged, said, seed)
        if judge == "simulated":
            self.columns = faulty(self.columns, seed)
        human = columns_of(self.human, [prompt.human for prompt in self.human], seed)
        self.human_lines = training_lines(self.human, human, lineage_start(human.verdict))
        work.mkdir(parents=True, exist_ok=True)

    def run(self) -> Result:
        self._base()
        right = {"human": self._trained("human", self.human_lines)}
        lineages = self._lineages(self._rewards("human", self.judged))
        lines = {name: training_lines(self.judged, self.columns, lineage) for name, lineage in lineages.items()}
        for name, own in lines.items():
            right[name] = self._trained(name, own)
        together = [*self.human_lines, *lines["both"]]
        right["all"] = self._trained("all", together)
        kept = {name: self._kept(lineages[name], own) for name, own in lines.items()}
        n_human, n_all = (sum(len(line["annotations"]) for line in own) for own in (self.human_lines, together))
        blank = float("nan")
        kept |= {"human": Kept(n_human, *[blank] * 4), "all": Kept(n_all, *[blank] * 4)}
        return Result(kept, right)

    def _lineages(self, rewards: NDArray[np.float64]) -> dict[str, Codes]:
        columns = self.columns.a, self.columns.b, self.columns.verdict
        alone, filtered = lineage_start(self.columns.verdict), reward_filter(*columns, rewards, MARGIN)
        return {
            "judge": alone,
            "debias": length_debias(*columns, self.columns.lengths, alone, self.seed),
            "filter": filtered,
            "both": length_debias(*columns, self.columns.lengths, filtered, self.seed),
        }

    def _kept(self, lineage: Codes, lines: Sequence[Mapping[str, Any]]) -> Kept:
        columns = self.columns
        kept = np.flatnonzero(lineage == Lineage.KEPT)
        a, b, verdict = columns.a[kept], columns.b[kept], columns.verdict[kept]
        told = verdict * np.sign(columns.human[a] - columns.human[b])
        groups = length_groups(columns.a, columns.b, columns.verdict, columns.lengths, lineage)
        place = np.full(len(kept), 0 * PLACES + 1)
        by = np.zeros(len(kept), dtype=np.int64)
        fit = logistic_fit(
            Stream(columns.prompt[kept], by, place, columns.lengths[a] - columns.lengths[b], verdict), "apart"
        )
        assert fit is not None
        return Kept(
            n_pairs=sum(len(line["annotations"]) for line in lines),
            right=float((told > 0).sum() / max(1, (told != 0).sum())),
            longer=groups.longer / max(1, groups.longer + groups.shorter),
            by_place=fit.first.value,
            by_length=fit.length.value,
        )

    def _base(self) -> None:
        """A base with random weights and a vocabulary from all that is trained on, the same for every row."""
        if (self.work / "base" / "config.json").exists():
            return
        write_lines(self.work / "texts.jsonl", [_texts(prompt) for prompt in (*self.human, *self.judged)])
        sizes = [text for size, value in BASE.items() for text in (f"--{size}", str(value))]
        engine(
            "tiny", "--text", str(self.work / "texts.jsonl"), "--out", str(self.work / "base"),
            "--seed", str(self.seed), *sizes,
        )  # fmt: skip

    def _trained(self, name: str, lines: Sequence[Mapping[str, Any]]) -> list[float]:
        """Which held-out pairs a model trained on `lines` has right."""
        out = self.work / name
        if not (out / "metrics.json").exists():
            write_lines(self.work / f"{name}.jsonl", lines)
            run = {
                "base": str(self.work / "base"), "train": [str(self.work / f"{name}.jsonl")], "out": str(out),
                "seed": self.seed, **SETTINGS,
            }  # fmt: skip
            (self.work / f"{name}.json").write_text(json.dumps(run), encoding="utf-8")
            engine("train", str(self.work / f"{name}.json"))
        rewards = self._scored(name, "held-out", self.held_out)
        return by_reward(self.pairs, rewards)

    def _rewards(self, name: str, prompts: Sequence[Rated]) -> NDArray[np.float64]:
        """float[R]: rewards of all responses of `prompts` in their order."""
        rewards = self._scored(name, "judged", prompts)
        return np.array([rewards[prompt.text, response_id(text)] for prompt in prompts for text in prompt.responses])

    def _scored(self, name: str, what: str, prompts: Sequence[Rated]) -> Mapping[tuple[str, str], float]:
        scores = self.work / name / f"{what}.jsonl"
        if not scores.exists():
            asked = self.work / f"{what}.jsonl"
            write_lines(asked, [_texts(prompt) for prompt in prompts])
            engine(
                "score", "--model", str(self.work / name / "model"), "--input", str(asked),
                "--output", str(scores), "--max-length", str(SETTINGS["max_length"]), "--device", "cpu",
            )  # fmt: skip
        return read_rewards(scores)


def part_of(rated: Sequence[Rated], part: Part) -> list[Rated]:
    return [prompt for prompt in rated if prompt.part == part]


def _texts(prompt: Rated) -> dict[str, Any]:
    responses = [{"id": response_id(text), "content": text} for text in prompt.responses]
    return {"input": prompt.text, "responses": responses, "annotations": []}


def write_lines(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def faulty(columns: Columns, seed: int) -> Columns:
    """The same pairs as a judge of known faults sees them."""
    generator = np.random.default_rng(100 + seed)
    quality = (columns.human - columns.human.mean()) / columns.human.std()
    size = np.log(np.maximum(columns.lengths, 1))
    size = (size - size.mean()) / size.std()
    felt = quality[columns.a] - quality[columns.b] - PLACE + LENGTH * (size[columns.a] - size[columns.b])
    felt += NOISE * generator.standard_normal(len(felt))
    verdict = np.where(np.abs(felt) <= TIE_BAND, 0, np.sign(felt)).astype(np.int64)
    return Columns(columns.prompt, columns.a, columns.b, verdict, columns.lengths, columns.human, columns.first)


def report(rated: Sequence[Rated], results: Sequence[Result]) -> list[str]:
    pairs = human_pairs(part_of(rated, "held out"))
    sizes = ", ".join(f"{len(part_of(rated, part))} {part}" for part in ("human", "judge", "held out"))
    rows = [_row(name, pairs, results) for name in ROWS]
    gains = [_gain(one, other, pairs, results) for one, other in (("both", "judge"), ("all", "human"))]
    longer = _interval(pairs, [0.5 + 0.5 * float(np.sign(len(p.chosen) - len(p.rejected))) for p in pairs])
    header = ["Trained on", "pairs", "accuracy", "each seed", "as people say", "longer chosen", "by place", "by length"]
    return [
        *circumstances("cpu", this_command("bench.human_ai")),
        f"- Base: {BASE}, random weights; settings: {SETTINGS}; margin of the filter {MARGIN:g}",
        f"- Prompts: {sizes}; {len(pairs):,} held-out pairs that people order; longer wins {longer}",
        f"- Accuracy: mean of {len(SEEDS)} seeds with its 95% interval, bootstrap over prompts; the rest: means of the "
        "seeds, of the judge's pairs that are kept.",
        "", *table(header, rows), "", *gains,
    ]  # fmt: skip


def _row(name: str, pairs: Sequence[Pair], results: Sequence[Result]) -> list[str]:
    each = [float(np.mean(result.right[name])) for result in results]
    kept = [result.kept[name] for result in results]
    means = [
        float(np.mean([getattr(one, field) for one in kept])) for field in ("right", "longer", "by_place", "by_length")
    ]
    return [
        ROWS[name],
        f"{np.mean([one.n_pairs for one in kept]):,.0f}",
        _interval(pairs, _mean(name, results)),
        ", ".join(f"{value:.3f}" for value in each),
        *("" if np.isnan(value) else f"{value:.3f}" for value in means),
    ]


def _mean(name: str, results: Sequence[Result]) -> NDArray[np.float64]:
    return np.mean([result.right[name] for result in results], axis=0)


def _gain(one: str, other: str, pairs: Sequence[Pair], results: Sequence[Result]) -> str:
    difference = _interval(pairs, _mean(one, results) - _mean(other, results), signed=True)
    return f"- {ROWS[one].removeprefix('+ ')} less {ROWS[other].removeprefix('+ ')}: {difference}"


def _interval(pairs: Sequence[Pair], values: Sequence[float] | NDArray[np.float64], *, signed: bool = False) -> str:
    """The mean of `values`, one for each pair, with its 95% interval by resampling whole prompts."""
    number = {prompt: i for i, prompt in enumerate(dict.fromkeys(pair.prompt for pair in pairs))}
    where = np.array([number[pair.prompt] for pair in pairs])
    sums, counts = np.bincount(where, weights=values), np.bincount(where)
    drawn = np.random.default_rng(0).integers(len(sums), size=(BOOTSTRAPS, len(sums)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
    sign = "+" if signed else ""
    return f"{np.mean(values):{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"


if __name__ == "__main__":
    sys.exit(main())
