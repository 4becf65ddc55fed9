"""What the flags of responses find in real data, and how long they take: python -m bench.flags DATA

DATA: prompts with responses, one JSON object a line (gzip allowed). Known faults are recounted here by rules of their
own (control tokens in angle brackets with a bar or a slash, share of Chinese below 10% and 30%, texts given twice to a
prompt, notices of one interface), and precision and recall of each flag are told against them. Where DATA is not named,
texts are made with faults put in, so that what must be found is known.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from annotate.domain.filters import chinese_share, folded
from annotate.domain.flags import FlagSettings, duplicate_flags, length_limit, text_flags
from annotate.domain.states import FlagCode

PROMPTS = 1000
# A response a millisecond, so that 150,000 of them are checked in two and a half minutes.
MAX_MS = 1.0
LEAST_RECALL = 0.95

Found = dict[tuple[int, int], set[str]]


def read(path: Path) -> list[tuple[str, list[str]]]:
    """(top-level category, texts of the responses) of every prompt."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode()
    rows = [json.loads(line) for line in text.split("\n") if line]
    return [("/".join(row["category"][:1]), [one["text"] for one in row["responses"]]) for row in rows]


def made(seed: int = 0) -> tuple[list[tuple[str, list[str]]], Found]:
    """Prompts of five responses with faults put in, and where."""
    generator = random.Random(seed)
    alphabet = [chr(code) for code in range(0x4E00, 0x4E00 + 2000)]
    prompts, faults = [], defaultdict(set)
    for number in range(PROMPTS):
        texts = ["".join(generator.choices(alphabet, k=generator.randint(80, 600))) for _ in range(5)]
        place, kind = generator.randrange(1, 5), generator.choice(list(FlagCode))
        texts[place] = spoiled(texts, place, kind)
        faults[number, place].add(kind.value)
        prompts.append(("类别", texts))
    return prompts, faults


def spoiled(texts: list[str], place: int, kind: FlagCode) -> str:
    text = texts[place]
    return {
        FlagCode.TOO_LONG: text * 3 + "".join(chr(0x4E00 + n % 9000) for n in range(5000)),
        FlagCode.NOT_CHINESE: "This answer is written in another language altogether. " + text[:10],
        FlagCode.REPETITION: text[:20] * 20,
        FlagCode.NEAR_DUPLICATE: texts[0][:-1] + "。",
        FlagCode.CONTROL_TOKENS: text + "<|im_end|>",
        FlagCode.NOTICE: "很抱歉，作为一个语言模型，我无法回答这个问题。" + text,
    }[kind]


def flagged(prompts: list[tuple[str, list[str]]], settings: FlagSettings) -> Found:
    """{(prompt, place): codes}."""
    lengths = defaultdict(list)
    for category, texts in prompts:
        lengths[category] += map(len, texts)
    limits = {category: length_limit(all_lengths, settings) for category, all_lengths in lengths.items()}
    found: Found = defaultdict(set)
    for number, (category, texts) in enumerate(prompts):
        for place in duplicate_flags(texts, settings):
            found[number, place].add(FlagCode.NEAR_DUPLICATE)
        for place, text in enumerate(texts):
            flags = text_flags(text, limit=limits[category], category_exempt=False, settings=settings)
            found[number, place] |= {flag.code.value for flag in flags}
    return found


def known(prompts: list[tuple[str, list[str]]]) -> Iterator[tuple[str, FlagCode, set[tuple[int, int]]]]:
    """(name, the flag that should find it, where) of what can be recounted without the rules under test."""
    every = [((n, place), text) for n, (_c, texts) in enumerate(prompts) for place, text in enumerate(texts)]
    yield "under 10% Chinese", FlagCode.NOT_CHINESE, {at for at, text in every if chinese_share(text) < 0.1}
    yield "under 30% Chinese", FlagCode.NOT_CHINESE, {at for at, text in every if chinese_share(text) < 0.3}
    yield (
        "control tokens",
        FlagCode.CONTROL_TOKENS,
        {at for at, text in every if any(token in text for token in ("</s>", "<eoa>", "<|", "[CLS]"))},
    )
    yield "[1301] notices", FlagCode.NOTICE, {at for at, text in every if text.startswith("[1301]")}
    same: set[tuple[int, int]] = set()
    for number, (_category, texts) in enumerate(prompts):
        seen: set[str] = set()
        for place, text in enumerate(map(folded, texts)):
            same |= {(number, place)} & ({(number, place)} if text in seen else set())
            seen.add(text)
    yield "the same text again", FlagCode.NEAR_DUPLICATE, same


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.flags", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path)
    given = parser.parse_args()
    prompts, faults = (read(given.data), None) if given.data else made()
    begin = time.perf_counter()
    found = flagged(prompts, FlagSettings())
    taken = time.perf_counter() - begin
    n = sum(len(texts) for _category, texts in prompts)
    counts = Counter(code for codes in found.values() for code in codes)
    print(f"{len(prompts):,} prompts, {n:,} responses: {taken:.1f} s, {1000 * taken / n:.2f} ms a response")
    print(f"flagged at all: {sum(map(bool, found.values())):,}; " + ", ".join(f"{c} {counts[c]:,}" for c in FlagCode))
    worst = 1.0
    rows = known(prompts) if faults is None else _made_rows(faults)
    print(f"{'known fault':<22}{'flag':<18}{'there':>8}{'found':>8}{'recall':>8}{'precision':>11}")
    for name, code, where in rows:
        hit = sum(code in found[at] for at in where)
        recall = hit / len(where) if where else 1.0
        worst = min(worst, recall)
        precision = hit / counts[code] if counts[code] else 1.0
        print(f"{name:<22}{code:<18}{len(where):>8,}{hit:>8,}{recall:>8.3f}{precision:>11.3f}")
    return 0 if 1000 * taken / n <= MAX_MS and (faults is None or worst >= LEAST_RECALL) else 1


def _made_rows(faults: Found) -> Iterator[tuple[str, FlagCode, set[tuple[int, int]]]]:
    for code in FlagCode:
        yield "put in", code, {at for at, codes in faults.items() if code in codes}


if __name__ == "__main__":
    sys.exit(main())
