"""Has a reward model score the responses of some prompts: asking for it, carrying it out, and reading the rewards.

Other parts of the site ask for this: the filter of judges' comparisons, and what the model makes of people's. The
rewards lie in the job's folder, as `rewards.npz`, once the job has succeeded.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from annotate.domain.distant import aligned
from annotate.selectors.scoring_texts import scoring_lines
from rm_training import launcher, model_selectors
from rm_training.claims import Claim, carry_out, conclude
from rm_training.launcher import Order, Position
from rm_training.models import RewardModel, ScoringJob
from rm_training.moves import job_enqueue, job_move

if TYPE_CHECKING:
    from annotate.models import User

logger = logging.getLogger(__name__)

INPUT_FILE = "responses.jsonl"
OUTPUT_FILE = "rewards.jsonl"
REWARDS_FILE = "rewards.npz"


@dataclass(frozen=True, slots=True)
class Rewards:
    """responses: int64[R], ids of responses, ascending. rewards: float64[R], finite."""

    responses: NDArray[np.int64]
    rewards: NDArray[np.float64]

    def of(self, responses: Sequence[int]) -> NDArray[np.float64]:
        """Return float64[N], the reward of each response asked for; nan where the model was not asked."""
        return aligned(self.responses, self.rewards, responses)


@transaction.atomic
def scoring_queue(*, model: RewardModel, prompt_ids: Iterable[int], created_by: "User | None") -> ScoringJob:
    """Queue the scoring of prompts of the model's project by `model`, which the caller may use."""
    ids = sorted(set(prompt_ids))
    job = ScoringJob.objects.create(
        reward_model=model, prompt_ids=ids, n_prompts=len(ids), heartbeat_at=timezone.now(), created_by=created_by
    )
    job_enqueue(job)
    return job


def scoring_folder(job_id: int) -> Path:
    """Return where everything that a scoring job reads and writes lies."""
    return Path(settings.RUNS_DIR) / "scorings" / str(job_id)


def rewards_read(job: ScoringJob) -> Rewards:
    """Return what came of a job that succeeded. Raises FileNotFoundError where its folder was removed."""
    with np.load(scoring_folder(job.pk) / REWARDS_FILE, allow_pickle=False) as columns:
        return Rewards(columns["responses"], columns["rewards"])


def scoring_execute(*, job_id: int, stopping: Callable[[], bool]) -> None:
    """Carry out a queued job to its end; do nothing if it is not queued.

    `stopping` tells whether this worker is to shut down; the job is then queued again and begins anew.
    """
    claim = ScoringClaim.take(ScoringJob, job_id, stopping)
    if claim is None:
        logger.info("Scoring %s is not queued; nothing to do.", job_id)
        return
    carry_out(claim, _score)


class ScoringClaim(Claim[ScoringJob]):
    """This worker's hold on a scoring job."""

    def __init__(self, job: ScoringJob, stopping: Callable[[], bool]) -> None:
        super().__init__(job, stopping)
        self.position = Position()

    def ask(self, position: Position) -> Order:
        """Note how far the engine is; tell whether it is to go on."""
        self.position = position
        return super().ask(position)

    def _reached(self) -> dict[str, Any]:
        return {"n_done": self.position.step} if self.position.total_steps else {}

    def succeed(self, n_prompts: int) -> None:
        """End the job well."""
        job_move(
            self.job, "succeed", held_by=self.worker, finished_at=timezone.now(), n_prompts=n_prompts, n_done=n_prompts
        )


def _score(claim: ScoringClaim) -> None:
    job = claim.job
    folder = scoring_folder(job.pk)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "progress.jsonl").unlink(missing_ok=True)
    asked, n_prompts = _input(claim, folder / INPUT_FILE)
    if not asked:
        claim.fail("no_responses", "None of the prompts has a response that could be scored.")
        return
    outcome = launcher.follow(_command(job, folder), folder, ask=claim.ask)
    conclude(claim, outcome, lambda held: _accept(held, folder, asked, n_prompts))


def _input(claim: ScoringClaim, path: Path) -> tuple[set[int], int]:
    """Write what is to be scored; return the ids of the responses, and how many prompts they belong to."""
    asked: set[int] = set()
    n_prompts = 0
    with path.open("w", encoding="utf-8") as file:
        for line in scoring_lines(claim.job.prompt_ids):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            asked.update(int(response["id"]) for response in line["responses"])
            n_prompts += 1
            claim.beat()
    return asked, n_prompts


def _command(job: ScoringJob, folder: Path) -> list[str]:
    model = job.reward_model
    allowed = settings.REMOTE_CODE.get(model.source)
    return launcher.engine_command(
        "score",
        *("--model", model_selectors.model_location(model), "--adapter", model.adapter),
        *("--input", str(folder / INPUT_FILE), "--output", str(folder / OUTPUT_FILE)),
        *("--progress", str(folder / "progress.jsonl")),
        *(("--allow-code", allowed) if allowed else ()),
    )


def _accept(claim: ScoringClaim, folder: Path, asked: set[int], n_prompts: int) -> None:
    """Take the rewards if there is a finite one for each response that was asked for."""
    with (folder / OUTPUT_FILE).open(encoding="utf-8") as file:
        given = {int(row["id"]): float(row["reward"]) for row in map(json.loads, file)}
    if given.keys() != asked:
        raise ValueError(f"{OUTPUT_FILE} holds {len(given)} rewards, not those of the {len(asked)} responses asked for")
    ids = np.array(sorted(given), dtype=np.int64)
    rewards = np.array([given[key] for key in ids.tolist()], dtype=np.float64)
    if not np.isfinite(rewards).all():
        raise ValueError(f"{OUTPUT_FILE} holds a reward that is no finite number")
    partial = folder / f"{REWARDS_FILE}.partial.npz"
    np.savez(partial, responses=ids, rewards=rewards)
    partial.replace(folder / REWARDS_FILE)
    claim.succeed(n_prompts)
