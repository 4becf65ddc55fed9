"""A training run from configuration to benchmarked model, top to bottom."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import torch

from rm_training.engine.checkpoint import remove_unfinished
from rm_training.engine.config import TrainConfig
from rm_training.engine.data import Prompt, read_benchmark, read_training
from rm_training.engine.encode import EncodedSet, Encoder, encode_training
from rm_training.engine.errors import EngineError, Stopped
from rm_training.engine.files import locked, write_json
from rm_training.engine.lora import Lora
from rm_training.engine.model import Loading, Runtime, load_for_training
from rm_training.engine.objective import Objective
from rm_training.engine.optimise import Optimisation, Stop
from rm_training.engine.parallel import Ranks
from rm_training.engine.record import Training, describe, finish
from rm_training.engine.sharding import shard

# torchrun looks at its processes ten times a second; on a busy machine that takes longer.
LOST_SECONDS = 30.0


def run(config: TrainConfig, stop: Stop) -> None:
    """Train, benchmark and save into config.out; go on from its last checkpoint if it holds one.

    Started by torchrun, the processes share the work and the first one writes. Raises EngineError with the codes of
    the modules used, `loss_not_finite`, `run_locked` and `process_lost`; Stopped after a signal.
    """
    out, ranks = Path(config.out), Ranks.from_environment()
    (out / "checkpoints").mkdir(parents=True, exist_ok=True)
    with locked(out) if ranks.first else nullcontext():
        if ranks.first:
            (out / "error.json").unlink(missing_ok=True)
            remove_unfinished(out / "checkpoints")
        runtime = Runtime.choose(config.device, config.precision, ranks.local)
        with ranks.session(runtime.device), _others_speak_first(ranks, stop):
            training = prepare(config, runtime, ranks)
            Optimisation.begin(training).run(stop)
            finish(training)


@contextmanager
def _others_speak_first(ranks: Ranks, stop: Stop) -> Iterator[None]:
    """Within, a process that loses another waits to be stopped for it, so that what failed there is what is told.

    Raises Stopped once it is, and EngineError `process_lost` where nobody stops it.
    """
    try:
        yield
    except RuntimeError as error:
        if not ranks.lost_another(error):
            raise
        deadline = time.monotonic() + LOST_SECONDS
        while stop.requested is None and time.monotonic() < deadline:
            time.sleep(0.1)
        if stop.requested is not None:
            raise Stopped(stop.requested) from error
        raise EngineError(
            "process_lost", f"Another process of this run went away or cannot be reached ({error})."
        ) from error


def prepare(config: TrainConfig, runtime: Runtime, ranks: Ranks) -> Training:
    """Read the data, load the base, tokenise."""
    prompts, held_out = split_prompts(read_training(map(Path, config.train)), config)
    benchmark = {subset: read_benchmark(Path(file)) for subset, file in config.benchmark.items()}
    described = describe(config, runtime)
    if ranks.first:
        write_json(Path(config.out) / "config.json", described)
    torch.manual_seed(config.seed)
    model = load_for_training(config.base, runtime, loading_of(config))
    ranks.share_weights(model.parameters())
    if config.parallel == "fsdp" and ranks.size > 1:
        shard(model, ranks.size)
    encoder = Encoder(model.tokenizer, config.max_length)
    encoded = encode_training(prompts, encoder, config.truncate, Objective.of(config).wanted())
    report_lengths(encoded)
    return Training(config, described, model, encoded, held_out, benchmark, ranks, list(model.notes))


def loading_of(config: TrainConfig) -> Loading:
    lora = None if config.lora is None else Lora(config.lora, config.lora_alpha, config.lora_dropout)
    return Loading(
        kind=config.objective,
        max_length=config.max_length,
        attention=config.attention,
        gradient_checkpointing=config.gradient_checkpointing,
        lora=lora,
    )


def split_prompts(prompts: list[Prompt], config: TrainConfig) -> tuple[list[Prompt], list[Prompt]]:
    """The prompts to train on, and those held out; the same for the same file, share and seed."""
    ordered = [i for i, prompt in enumerate(prompts) if prompt.pairs]
    count = round(len(ordered) * config.validation_share)
    chosen = set(random.Random(f"{config.seed}/held out").sample(ordered, count))
    return (
        [prompt for i, prompt in enumerate(prompts) if i not in chosen],
        [prompt for i, prompt in enumerate(prompts) if i in chosen],
    )


def report_lengths(encoded: EncodedSet) -> None:
    if encoded.dropped_too_long:
        print(
            f"{encoded.dropped_too_long} responses exceed max_length and are left out, "
            f"with {encoded.pairs_dropped} pairs",
            file=sys.stderr,
        )
    if encoded.truncated:
        print(f"{encoded.truncated} responses exceed max_length and are cut on the left", file=sys.stderr)
    if encoded.readings_dropped:
        print(
            f"{encoded.readings_dropped} pairs exceed max_length together with their prompt and teach no verdict",
            file=sys.stderr,
        )
