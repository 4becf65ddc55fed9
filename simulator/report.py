"""What a simulation came to, for programs (report.json) and for people."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from simulator.prepare import SUBSETS, Input
from simulator.quality import Labels

SIDES = ("train", *SUBSETS)
FIGURES = ("accuracy", "exact_match", "n_prompts", "n_pairs", "categories")


class Clock:
    """Times the stages of a run and says each when it is done; `stages` is {name: seconds}."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.current = ""
        self._started = time.monotonic()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        self.current = name
        started = time.monotonic()
        yield
        self.stages[name] = round(time.monotonic() - started, 1)
        print(f"{self.stages[name]:8.1f} s  {name}", flush=True)

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return round(time.monotonic() - self._started, 1)


def report_body(
    given: Input, figures: Mapping[str, Any], preference_set: Mapping[str, Any], run: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the report of a finished chain; the arguments are the API's answers."""
    metrics = run["metrics"]
    training = metrics["training"]
    measured = {subset: metrics.get(subset) or {} for subset in SUBSETS}
    benchmark: dict[str, Any] = {subset: {name: measured[subset].get(name) for name in FIGURES} for subset in SUBSETS}
    return {
        "prompts": sum(figures["states"].values()),
        "responses": figures["responses"],
        "tasks": figures["tasks"],
        "annotations": figures["annotations"],
        "comparisons": figures["comparisons"],
        "agreement_mean": figures["agreement_mean"],
        "below_threshold": figures["below_threshold"],
        "conflict_rate": figures["conflict_rate"],
        "ordered_pairs_per_prompt": figures["ordered_pairs_per_prompt"],
        "states": figures["states"],
        "set": {name: preference_set[name] for name in ("id", "name", "version", "sha256", "counts")},
        "training": {
            **{name: training[name] for name in ("steps", "loss_first", "loss_last", "seconds")},
            "pairs_skipped": training["pairs_skipped"],
            "base": run["base"],
            "params": run["params"],
        },
        "benchmark": benchmark | {"overall": metrics.get("overall")},
        "labels": given.labels,
        "left_out": given.left_out,
        "human_sources": given.human_sources,
    }


def _figure(value: Any, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}" if isinstance(value, float) else f"{value:,}"


def report_text(report: Mapping[str, Any]) -> str:
    """Return the report for people."""
    training, benchmark, counts = report["training"], report["benchmark"], report["set"]["counts"]
    lines = [
        "",
        "Input",
        f"  prompts {_figure(report['prompts'])}, responses {_figure(report['responses'])}",
        *(f"  qualities {kind}: " + _by_subset(subsets) for kind, subsets in report["labels"].items()),
        *(f"  left out of the whole file: {count:,} {reason}" for reason, count in sorted(report["left_out"].items())),
        "Annotation",
        f"  tasks {_figure(report['tasks'])}, annotations {_figure(report['annotations'])}, "
        f"comparisons {_figure(report['comparisons'])} (decisions included)",
        f"  agreement of the passes {_figure(report['protocol']['first_agreement'])} at first "
        f"(alpha {_figure(report['protocol']['alpha'])}), {_figure(report['agreement_mean'])} after discussion",
        f"  conflict rate {_figure(report['conflict_rate'])}, "
        f"ordered pairs a prompt {_figure(report['ordered_pairs_per_prompt'], 2)}",
        *_protocol_lines(report["protocol"]),
        "Preference set",
        f"  {report['set']['name']} v{report['set']['version']}, SHA-256 {report['set']['sha256']}",
        "  " + ", ".join(f"{side} {counts[side]['prompts']} prompts / {counts[side]['pairs']} pairs" for side in SIDES),
        "Reward model",
        f"  {training['steps']} steps in {training['seconds']:.1f} s, "
        f"loss {training['loss_first']:.3f} → {training['loss_last']:.3f}",
        "Benchmark        accuracy  exact match   (prompts, ordered pairs)",
        *(_benchmark_line(subset, benchmark[subset]) for subset in SUBSETS),
        f"  overall        {_figure(benchmark['overall']):>8}",
        *_remarks(report),
        f"{report['seconds']:.0f} s in all",
    ]
    return "\n".join(lines)


def _protocol_lines(protocol: Mapping[str, Any]) -> Iterator[str]:
    """Yield what quality control did."""
    yield f"Quality control (rounds of work: {protocol['rounds']})"
    probes = {row["kind"]: row for row in protocol["probes"]}
    yield (
        f"  entrance exam: {protocol['exams']['passed']} passed, {protocol['exams']['failed']} failed; "
        f"hidden gold {probes['gold']['n']} tasks, accuracy {_figure(probes['gold']['rate'])}; "
        f"repeats {probes['repeat']['n']}, self-consistency {_figure(probes['repeat']['rate'])}"
    )
    discussions = protocol["discussions"]
    yield (
        f"  discussions {sum(discussions.values())}: {discussions['agreed']} agreed, "
        f"{discussions['escalated']} escalated; {protocol['revised_verdicts']} verdicts revised; decisions "
        + ", ".join(f"{stage} {n}" for stage, n in protocol["decisions"].items())
    )
    for sample, review in zip(protocol["samples"], protocol["reviews"], strict=True):
        share = _figure(sample["n_drawn"] / sample["n_seen"] if sample["n_seen"] else None)
        yield (
            f"  {sample['stage']} review: sample {sample['n_drawn']} of {sample['n_seen']} ({share}); "
            f"{review['approved']} approved, {review['rejected']} rejected, {review['overruled']} overruled"
        )
    yield f"  annotations sent back {protocol['rejected_annotations']}, whole batches {protocol['batches_returned']}"
    paused, asleep = protocol["paused"], protocol["asleep"]
    verdict = "just those who answered at random" if paused == asleep else f"at random answered {_names(asleep)}"
    yield f"  paused by the platform: {_names(paused)} ({verdict})"


def _names(names: list[str]) -> str:
    return ", ".join(names) or "nobody"


def _by_subset(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[subset]} {subset}" for subset in SUBSETS)


def _benchmark_line(subset: str, figures: Mapping[str, Any]) -> str:
    accuracy, exact = _figure(figures["accuracy"]), _figure(figures["exact_match"])
    return f"  {subset:<14} {accuracy:>8}  {exact:>11}   ({figures['n_prompts'] or 0}, {figures['n_pairs'] or 0})"


def _remarks(report: Mapping[str, Any]) -> Iterator[str]:
    drawn = report["labels"].get(Labels.DRAWN)
    if drawn:
        yield (
            f"  Labels: drawn for {sum(drawn.values())} of {report['prompts']} prompts ({_by_subset(drawn)}).\n"
            "  A quality drawn at random cannot be learnt from the text: on those prompts expect an accuracy near 0.5."
        )
    if report["training"]["loss_last"] >= report["training"]["loss_first"]:
        yield "  The training loss did not fall."
