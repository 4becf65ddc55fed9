"""TRL's RewardTrainer on the same job as the plain loop, in the environment that has it: trl_worker.py job.json

Imports nothing of this repository. One row per chosen and one per rejected response, all pairs of each prompt,
as TRL does; the pairs are put together by length, gradient checkpointing (TRL's default) is off, and the batch
size is the best of the candidates. RewardTrainer has no padding-free or packed way. Start-up, tokenisation and
a first step are not in the times.
"""

import contextlib
import importlib.util
import json
import sys
import time
from pathlib import Path

import torch
import transformers
import trl
from datasets import Dataset, load_dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer, TrainerCallback
from trl import RewardConfig, RewardTrainer
from trl.trainer.reward_trainer import DataCollatorForPreference


class Clock(TrainerCallback):
    """What is spent from the first step's beginning to the last one's end."""

    def on_train_begin(self, args, state, control, **more):
        self.started = now()

    def on_train_end(self, args, state, control, **more):
        self.spent = since(self.started)


class CountingCollator(DataCollatorForPreference):
    """TRL's own, counting the tokens it hands over, padding included."""

    forwarded = 0

    def torch_call(self, examples):
        batch = super().torch_call(examples)
        CountingCollator.forwarded += batch["input_ids"].numel()
        return batch


def now():
    """Seconds, and seconds of CPU over all threads."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter(), time.process_time()


def since(started):
    return [after - before for before, after in zip(started, now(), strict=True)]


class Trial:
    """The model and the pairs, tokenised once, and trainers made anew for each setting."""

    def __init__(self, job):
        self.job = job
        self.tokenizer = AutoTokenizer.from_pretrained(job["model"])
        self.attention = attention(job["device"])
        self.model = load_model(job, self.attention)
        raw = load_dataset("json", data_files=job["pairs"], split="train")
        made = self.trainer(raw, micro=1, group=False).train_dataset
        lengths = [max(map(len, row)) for row in zip(made["chosen_ids"], made["rejected_ids"], strict=True)]
        self.pairs = made.select_columns(["chosen_ids", "rejected_ids"]).add_column("length", lengths)

    def trainer(self, data: Dataset, micro: int, group: bool, log_every: int = 10) -> RewardTrainer:
        job = self.job
        args = RewardConfig(
            output_dir=job["scratch"], num_train_epochs=job["steps"], seed=0, max_length=None,
            learning_rate=job["learning_rate"], lr_scheduler_type="constant", weight_decay=0.0, max_grad_norm=1.0,
            per_device_train_batch_size=micro, per_device_eval_batch_size=micro,
            gradient_accumulation_steps=max(1, min(job["batch_pairs"], len(data)) // micro),
            gradient_checkpointing=False, bf16=job["dtype"] == "bf16", use_cpu=job["device"] == "cpu",
            train_sampling_strategy="group_by_length" if group else "sequential", length_column_name="length",
            remove_unused_columns=not group, dataloader_pin_memory=job["device"] != "cpu",
            logging_steps=log_every, save_strategy="no", report_to="none", disable_tqdm=True,
        )  # fmt: skip
        collator = CountingCollator(pad_token_id=self.tokenizer.pad_token_id)
        return RewardTrainer(
            model=self.model, args=args, train_dataset=data, processing_class=self.tokenizer,
            data_collator=collator, callbacks=[Clock()],
        )  # fmt: skip

    def train(self, data, micro):
        """One epoch over `data`."""
        trainer = self.trainer(data, micro, group=True)
        trainer.train()
        return next(c.spent for c in trainer.callback_handler.callbacks if isinstance(c, Clock))

    def score(self, data, micro):
        """Evaluation of `data`, in the order of length."""
        data = data.sort("length", reverse=True)
        trainer = self.trainer(data, micro, group=False)
        trainer.args.remove_unused_columns = True
        started = now()
        trainer.evaluate(data)
        return since(started)


def attention(device):
    """FlashAttention where it is installed, which only CUDA has; else SDPA."""
    return "flash_attention_2" if device == "cuda" and importlib.util.find_spec("flash_attn") else "sdpa"


def load_model(job, implementation):
    lora = job["lora_rank"]
    model = AutoModelForSequenceClassification.from_pretrained(
        job["model"], num_labels=1, attn_implementation=implementation, dtype="auto" if lora else torch.float32
    )
    if not lora:
        return model
    from peft import LoraConfig, get_peft_model

    adapters = LoraConfig(
        r=lora, lora_alpha=2 * lora, target_modules="all-linear", modules_to_save=["score"], task_type="SEQ_CLS"
    )
    return get_peft_model(model, adapters)


def speed(trial, job):
    few = trial.pairs.select(range(min(job["sweep_pairs"], len(trial.pairs))))
    trial.train(few.select(range(1)), 1)
    by_cpu = job["device"] == "cpu"
    micro = by_speed(job["candidates"], by_cpu, lambda size: trial.train(few, size))
    micro_eval = by_speed(job["candidates"], by_cpu, lambda size: trial.score(few, size))
    for size in micro:  # the first, unless the longest pairs, which the trial may lack, do not fit
        CountingCollator.forwarded = 0
        with contextlib.suppress(torch.OutOfMemoryError):
            trained = trial.train(trial.pairs, size)
            break
        torch.cuda.empty_cache()
    forwarded = CountingCollator.forwarded
    setting = {"pairs a pass, train": size, "pairs a pass, score": micro_eval[0], "attention": trial.attention}
    return {
        "train": trained, "score": trial.score(trial.pairs, micro_eval[0]), "forwarded": forwarded, "setting": setting,
    }  # fmt: skip


def by_speed(candidates, by_cpu, work):
    """The candidates, fastest first, without those that run out of memory.

    On a CPU that other work shares, seconds of CPU say more than those of the clock.
    """
    times = {}
    for candidate in candidates:
        with contextlib.suppress(torch.OutOfMemoryError):
            times[candidate] = work(candidate)[by_cpu]
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
    return sorted(times, key=times.get)


def curve(trial, job):
    """Losses of some epochs of one step each, on all the pairs."""
    trainer = trial.trainer(trial.pairs, job["candidates"][0], group=False, log_every=1)
    trainer.train()
    return {"losses": [line["loss"] for line in trainer.state.log_history if "loss" in line]}


def main(path):
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    versions = {"trl": trl.__version__, "torch": torch.__version__, "transformers": transformers.__version__}
    figures = {"speed": speed, "curve": curve}[job["kind"]](Trial(job), job)
    Path(job["result"]).write_text(json.dumps({**figures, "versions": versions}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
