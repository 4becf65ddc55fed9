"""The plain loop that the engine is measured against: python -m bench.rm.literal job.json

Written out, with nothing of the engine's but the reading of its data: each response goes through the model
once, in right-padded batches of some prompts, with transformers' own SDPA attention and head, and the loss is
that of PROTOCOL 9. `job` says model, data and device; its "result" is the file to write.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import logsigmoid
from torch.nn.utils import clip_grad_norm_
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bench.rm.comparisons import PAIRS, RESPONSES

Sample = list[int]
Prompt = list[Sample]  # its responses' tokens, best first
Spent = tuple[float, float]  # seconds, and seconds of CPU over all threads

BETTER, WORSE = map(list, zip(*combinations(range(RESPONSES), 2), strict=True))


class Loop:
    """Model, optimiser and the passes over them; `job` as in the module's text."""

    def __init__(self, job: dict[str, Any]):
        self.device = torch.device(job["device"])
        self.bf16 = job["dtype"] == "bf16"
        self.regularization = job["regularization"]
        self.tokenizer = AutoTokenizer.from_pretrained(job["model"])
        self.model = load_model(job).to(self.device)
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=job["learning_rate"], weight_decay=0.0, fused=True)
        self.trained = trained
        self.forwarded = 0  # tokens, padding included

    def prompts(self, path: str) -> list[Prompt]:
        rows = map(json.loads, Path(path).read_text(encoding="utf-8").splitlines())
        return [[self.tokens(row["input"], answer["content"]) for answer in row["responses"]] for row in rows]

    def tokens(self, prompt: str, response: str) -> Sample:
        messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
        text = self.tokenizer.apply_chat_template(messages, tokenize=False)
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def rewards(self, samples: Sequence[Sample]) -> torch.Tensor:
        longest = max(map(len, samples))
        self.forwarded += longest * len(samples)
        pad = self.tokenizer.pad_token_id
        ids = torch.tensor([sample + [pad] * (longest - len(sample)) for sample in samples])
        mask = torch.tensor([[1] * len(sample) + [0] * (longest - len(sample)) for sample in samples])
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            output = self.model(
                input_ids=ids.to(self.device), attention_mask=mask.to(self.device), use_cache=False
            )  # fmt: skip
        return output.logits.squeeze(-1).float()

    def gradient(self, batch: Sequence[Prompt], prompts_a_pass: int) -> torch.Tensor:
        """The loss of the batch; its gradient stands in the parameters afterwards."""
        self.optimizer.zero_grad()
        total = torch.zeros((), device=self.device)
        for part in chunks(batch, prompts_a_pass):
            rewards = self.rewards([sample for prompt in part for sample in prompt])
            of_prompt = rewards.view(-1, RESPONSES)
            margins = of_prompt[:, BETTER] - of_prompt[:, WORSE]
            loss = -logsigmoid(margins).sum() / (len(batch) * PAIRS)
            loss = loss + self.regularization * rewards.square().sum() / (len(batch) * RESPONSES)
            loss.backward()
            total += loss.detach()
        return total

    def step(self, batch: Sequence[Prompt], prompts_a_pass: int) -> torch.Tensor:
        """One optimiser step; the loss of the batch."""
        loss = self.gradient(batch, prompts_a_pass)
        clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        return loss

    def train(self, prompts: Sequence[Prompt], batch_prompts: int, prompts_a_pass: int) -> Spent:
        """One epoch."""
        self.model.train()
        started = self.clock()
        for batch in chunks(prompts, batch_prompts):
            self.step(batch, prompts_a_pass)
        return self.since(started)

    def score(self, prompts: Sequence[Prompt], prompts_a_pass: int) -> Spent:
        """Scoring every response once."""
        self.model.eval()
        started = self.clock()
        with torch.inference_mode():
            for part in chunks(prompts, prompts_a_pass):
                self.rewards([sample for prompt in part for sample in prompt]).tolist()
        return self.since(started)

    def clock(self) -> Spent:
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter(), time.process_time()

    def since(self, started: Spent) -> Spent:
        seconds, cpu = self.clock()
        return seconds - started[0], cpu - started[1]


def load_model(job: dict[str, Any]) -> Any:
    """The saved model: weights in float32, or with adapters the frozen ones as saved."""
    lora = job["lora_rank"]
    model = AutoModelForSequenceClassification.from_pretrained(
        job["model"], num_labels=1, attn_implementation="sdpa", dtype="auto" if lora else torch.float32
    )  # fmt: skip
    if not lora:
        return model
    from peft import LoraConfig, get_peft_model

    adapters = LoraConfig(
        r=lora, lora_alpha=2 * lora, target_modules="all-linear", modules_to_save=["score"], task_type="SEQ_CLS"
    )
    return get_peft_model(model, adapters)


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def speed(loop: Loop, job: dict[str, Any]) -> dict[str, Any]:
    """Train and score with the best of the candidates, each tried on the first prompts."""
    prompts = loop.prompts(job["comparisons"])
    first = prompts[: job["sweep_prompts"]]
    loop.train(first[:1], 1, 1)
    by_cpu = job["device"] == "cpu"
    train_size = fastest(job["candidates"], by_cpu, lambda size: loop.train(first, job["batch_prompts"], size))
    score_size = fastest(job["candidates"], by_cpu, lambda size: loop.score(first, size))
    loop.forwarded = 0
    trained = loop.train(prompts, job["batch_prompts"], train_size)
    forwarded = loop.forwarded
    return {
        "train": trained, "score": loop.score(prompts, score_size), "forwarded": forwarded,
        "setting": {"prompts a pass, train": train_size, "prompts a pass, score": score_size},
    }  # fmt: skip


def fastest(candidates: Sequence[int], by_cpu: bool, work: Callable[[int], Spent]) -> int:
    """The candidate that takes least; one that runs out of memory is none.

    On a CPU that other work shares, seconds of CPU say more than those of the clock.
    """
    times: dict[int, float] = {}
    for candidate in candidates:
        try:
            times[candidate] = work(candidate)[by_cpu]
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
    return min(times, key=lambda candidate: times[candidate])


def curve(loop: Loop, job: dict[str, Any]) -> dict[str, Any]:
    """Losses of some steps, each on all the prompts."""
    prompts = loop.prompts(job["comparisons"])
    loop.model.train()
    return {"losses": [float(loop.step(prompts, job["candidates"][0])) for _ in range(job["steps"])]}


def main(path: str) -> None:
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    work = {"speed": speed, "curve": curve}[job["kind"]]
    Path(job["result"]).write_text(json.dumps(work(Loop(job), job)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
