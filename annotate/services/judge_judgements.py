"""The judges' comparisons of some runs, as a set derived from a frozen one takes them."""

import hashlib
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from annotate.domain.distant import aligned
from annotate.domain.states import Split
from annotate.models import JudgeRun, PreferenceSet
from annotate.selectors.judge_columns import JudgeColumns, judge_columns, judged_prompt_ids
from annotate.services.jobs import JobFailure
from annotate.services.set_clusters import frozen_ids, measured_among


@dataclass(frozen=True, slots=True)
class StoredRewards:
    """Where the rewards of responses lie in the artifact store, and what they are."""

    name: str
    sha256: str


def judgements_of(
    *, human_set: PreferenceSet, runs: Sequence[JudgeRun], include_human: bool, earlier_ids: Collection[int] = ()
) -> JudgeColumns:
    """Return every comparison of the runs, and which of them may count beside `human_set`; without rewards.

    earlier_ids: the frozen sets whose benchmarks must not be trained on; all of the project unless given.
    """
    earlier = earlier_ids or frozen_ids(human_set.project_id)
    measured = measured_among(judged_prompt_ids(runs), earlier)
    trained = human_set.items.filter(split=Split.TRAIN).values_list("prompt_id", flat=True)
    return judge_columns(runs, measured=measured, settled=set(trained) if include_human else ())


def rewards_store(*, path: Path) -> StoredRewards:
    """Copy a file of rewards (columns `responses`, ascending ids, and `rewards`) to where sets keep theirs."""
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"rewards/{sha256}.npz"
    stored = StoredRewards(name, sha256)
    # What a worker that was killed left behind bears the right name, too, and would never be mended.
    if _content(stored) is None:
        storage = storages["artifacts"]
        storage.delete(name)
        if (put := storage.save(name, ContentFile(content))) != name:
            raise OSError(f"The artifact store put {name} at {put}.")
    return stored


def _content(stored: StoredRewards) -> bytes | None:
    """Return the bytes of stored rewards; None where they are missing or damaged."""
    try:
        with storages["artifacts"].open(stored.name, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == stored.sha256 else None


def rewarded(columns: JudgeColumns, stored: StoredRewards) -> JudgeColumns:
    """Return the columns with stored rewards. Raises JobFailure("rewards_damaged")."""
    content = _content(stored)
    if content is None:
        raise JobFailure("rewards_damaged")
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        rewards = aligned(found["responses"], found["rewards"], columns.responses)
    return replace(columns, judgements=columns.judgements.with_rewards(rewards))
