"""How fast the engine trains and scores, beside TRL's RewardTrainer and a plain padded loop: python -m bench.rm

All three start from the same random weights and get the same comparisons (five responses a prompt, all ten
pairs) on the same device, in the same precision and with the same optimiser, each at the best of its
settings. What is timed is one epoch, after a first one or a trial that warms up, and one scoring of
everything; start-up, tokenisation and saving are not. Fails if the losses of the three differ where they
should be equal, and on a GPU if the targets are missed.
"""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer

from bench.rm.comparisons import CHARACTERS, MAX_LENGTH, Ranked, from_file, made
from bench.rm.report import circumstances, table, this_command, write_section
from bench.rm.shapes import SHAPES, Layout, Shape, flops, layout_of_rows, layout_shared, peak_tflops
from bench.rm.sides import ENGINE, LOOP, PLANS, TRL, Plan, Sides, largest_difference
from bench.rm.trl_environment import NoTrl, check, trl_python
from bench.rm.weights import save_random
from rm_training.engine.encode import Encoder

CURVE_PROMPTS, CURVE_STEPS = 2, 3
MOST_DIFFERENCE = {"fp32": 1e-4, "bf16": 2e-2}  # of losses; bf16 has 8 bits of mantissa and sums in another order
TARGETS = {"cuda": {TRL: 6.0, LOOP: 3.0}, "cpu": {}}  # prompts/s of training, as a ratio to each
_NOTES = {
    "cpu": "- CPU seconds are those of all threads. They hold where other work shares the machine; the clock's do not.",
    "cuda": "- TFLOP/s count what each way needs without padding (bench/rm/shapes.py): a row per chosen and per "
    "rejected for TRL, every response once for the loop, and for the engine the prompt once too.",
}


def main() -> int:
    options = parse()
    shape = SHAPES[options.shape]
    plan = PLANS["cuda, large" if shape.lora_rank else options.device]
    try:
        trl = find_trl(options)
    except NoTrl as error:
        print(error, file=sys.stderr)
        return 2
    items, texts = comparisons(options.data, plan.prompts)
    folder = options.work / options.shape
    shutil.rmtree(folder, ignore_errors=True)
    save_random(shape, texts, folder / "model")
    common = {
        "model": str(folder / "model"), "device": options.device, "dtype": options.dtype,
        "lora_rank": shape.lora_rank, "attention": options.attention,
    }  # fmt: skip
    sides = Sides(folder, common, plan, trl)
    losses, equal = compare_losses(sides, items[:CURVE_PROMPTS], MOST_DIFFERENCE[options.dtype])
    figures = sides.speeds(items)
    lengths = Lengths(folder / "model", items)
    speeds, fast = compare_speeds(figures, lengths, shape, options.device)
    lines = [
        *circumstances(options.device, this_command("bench.rm")), *describe(options, plan, lengths, figures), "",
        *speeds, "", *losses,
    ]  # fmt: skip
    print("\n".join(lines))
    if options.write_results:
        write_section(
            f"speed {options.device} {options.shape}",
            f"Speed: {options.device}, {options.shape}, {options.dtype}",
            lines,
        )
    return 0 if equal and fast else 1


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.rm", description=str(__doc__).partition("\n\n")[2])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--shape", choices=SHAPES, default="tiny")
    parser.add_argument("--dtype", choices=("fp32", "bf16"), help="default: fp32 on the CPU, bf16 on a GPU")
    parser.add_argument("--attention", default="auto", help="the engine's attention path (default: its own choice)")
    parser.add_argument("--data", type=Path, help="JSONL of prompts with responses (default: made ones)")
    parser.add_argument("--trl-python", type=Path, help="a Python that has TRL (default: made beside --work)")
    parser.add_argument("--without-trl", action="store_true", help="measure against the plain loop only")
    parser.add_argument("--work", type=Path, default=Path("var/bench-rm"), help="folder for what is written meanwhile")
    parser.add_argument("--write-results", action="store_true", help="put the figures into bench/rm/RESULTS.md")
    options = parser.parse_args()
    options.dtype = options.dtype or {"cpu": "fp32", "cuda": "bf16"}[options.device]
    options.work = options.work.resolve()
    return options


def find_trl(options: argparse.Namespace) -> Path | None:
    if options.without_trl:
        return None
    if options.trl_python:
        check(options.trl_python)
        return Path(options.trl_python)
    return trl_python(options.work.parent / "bench-trl")


def comparisons(data: Path | None, count: int) -> tuple[list[Ranked], list[str]]:
    """The comparisons, and the texts to make a tokenizer from."""
    if data is None:
        return made(count), CHARACTERS
    items = from_file(data, count)
    return items, [text for item in items for text in (item.prompt, *item.responses)]


class Lengths:
    """What each side needs to forward for all the prompts, padding not counted."""

    def __init__(self, model: Path, items: list[Ranked]):
        encoder = Encoder(AutoTokenizer.from_pretrained(model), MAX_LENGTH)
        self.prompts = len(items)
        self._samples = [encoder.encode([(item.prompt, text) for text in item.responses]) for item in items]
        self._shared = [_shared_prefix(samples) for samples in self._samples]
        self.tokens = sum(len(sample) for samples in self._samples for sample in samples)

    def layouts(self, side: str) -> list[Layout]:
        """One row per chosen and per rejected for TRL; each response once for the loop; the engine is only
        credited with the prompt once and each response, whether it shares prompts or not."""
        if side == TRL:
            return [layout_of_rows([len(s) for s in samples] * (len(samples) - 1)) for samples in self._samples]
        if side == LOOP:
            return [layout_of_rows(map(len, samples)) for samples in self._samples]
        both = zip(self._shared, self._samples, strict=True)
        return [layout_shared(shared, [len(s) - shared for s in samples]) for shared, samples in both]


def _shared_prefix(samples: list[Any]) -> int:
    length = 0
    for column in zip(*(sample.tolist() for sample in samples), strict=False):
        if len(set(column)) > 1:
            break
        length += 1
    return length


def compare_speeds(
    figures: dict[str, dict[str, Any]], lengths: Lengths, shape: Shape, device: str
) -> tuple[list[str], bool]:
    """The tables of both jobs, with the engine's ratio to each other side; whether the targets are met."""
    lines: list[str] = []
    met = True
    for job, name in (("train", "Training"), ("score", "Scoring")):
        times = {side: figures[side][job] for side in (ENGINE, TRL, LOOP) if side in figures}
        rows = []
        for side, (seconds, cpu) in times.items():
            ratio = seconds / times[ENGINE][0]
            row = [side, f"{lengths.prompts / seconds:.3g}", f"{lengths.tokens / seconds:,.0f}", f"{ratio:.2f}"]
            if device == "cpu":
                row += [f"{cpu / lengths.prompts:.2f}", f"{cpu / times[ENGINE][1]:.2f}"]
            else:
                row += _power(seconds, sum(flops(shape, way, training=job == "train") for way in lengths.layouts(side)))
            rows.append(row)
            met = met and (job == "score" or ratio >= TARGETS[device].get(side, 0.0))
        more = {"cpu": ["CPU s a prompt", "faster by CPU"], "cuda": ["TFLOP/s", "of the card's peak"]}[device]
        lines += [*table([name, "prompts/s", "tokens/s", "engine is faster by", *more], rows), ""]
    return lines[:-1], met


def _power(seconds: float, needed: float) -> list[str]:
    achieved = needed / seconds / 1e12
    peak = peak_tflops(torch.cuda.get_device_name())
    return [f"{achieved:.1f}", f"{achieved / peak:.1%}" if peak else "unknown"]


def describe(options: argparse.Namespace, plan: Plan, lengths: Lengths, figures: dict[str, Any]) -> list[str]:
    """The rest of the circumstances: data, settings, what the columns mean."""
    source = f"prompts of {options.data.name}" if options.data else "made prompts"
    settings = "; ".join(f"{side}: {_setting(found, lengths.prompts)}" for side, found in figures.items())
    versions = ", ".join(f"{name} {number}" for name, number in figures.get(TRL, {}).get("versions", {}).items())
    return [
        f"- Model: {options.shape}, {options.dtype}; {lengths.prompts} {source}, {plan.batch} an optimiser step; "
        f"{lengths.tokens / lengths.prompts:,.0f} tokens a prompt, each of its five samples counted once",
        f"- Settings chosen: {settings}",
        f"- TRL's environment: {versions}" if versions else "- TRL was left out.",
        "- tokens/s count every sample (prompt and response) once for all three, so they compare as prompts/s do.",
        _NOTES[options.device],
    ]


def _setting(found: dict[str, Any], prompts: int) -> str:
    told = [f"{name} {value}" for name, value in found["setting"].items()]
    if "forwarded" in found:
        told.append(f"{found['forwarded'] / prompts:,.0f} tokens forwarded a prompt, padding included")
    return ", ".join(told)


def compare_losses(sides: Sides, items: list[Ranked], most: float) -> tuple[list[str], bool]:
    """How far the losses of the sides are apart over some steps on equal batches; whether within `most`."""
    rows, equal = [], True
    for regularization in (0.0, 0.1):
        curves = sides.curves(items, regularization, CURVE_STEPS)
        for side in (ENGINE, TRL):
            if side in curves:
                apart = largest_difference(curves[side], curves[LOOP])
                # TRL writes its losses rounded to 4 digits
                equal = equal and apart <= most
                rows.append([side, str(regularization), _numbers(curves[side]), _numbers(curves[LOOP]), f"{apart:.1e}"])
    header = ["Losses", "lambda of mean r²", f"of {CURVE_STEPS} steps", "of the padded loop", "furthest apart"]
    note = f"(at most {most:g} is allowed; {len(items)} prompts, all in each step, from equal weights)"
    return [*table(header, rows), "", note], equal


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{value:.5f}" for value in values)


if __name__ == "__main__":
    sys.exit(main())
