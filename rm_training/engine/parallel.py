"""Several processes on one run, started by torchrun: who does what, and how gradients and figures are added up.

A prompt stays on one process, so rewards never travel; losses are divided by the whole batch's counts, so gradients
are summed, not averaged, and equal those of one process. How many passes a process makes is its own matter.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import nn

Item = TypeVar("Item")

_BUCKET = 2**25  # elements summed in one go: copies stay small beside the model


@dataclass(frozen=True)
class Ranks:
    """This process among `size`; alone, everything here does nothing."""

    rank: int = 0
    size: int = 1
    local: int = 0

    @classmethod
    def from_environment(cls) -> "Ranks":
        """As torchrun says; alone where it says nothing."""
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK")
        return cls(*(int(os.environ[name]) for name in names)) if all(name in os.environ for name in names) else cls()

    @property
    def first(self) -> bool:
        return self.rank == 0

    def lost_another(self, error: BaseException) -> bool:
        """Whether `error` says that another process went away, which then is what failed, and not this one."""
        if self.size == 1:
            return False
        # Gloo's errors are plain RuntimeErrors; only their text tells where they come from.
        return isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and "/gloo/" in str(error))

    @contextmanager
    def session(self, device: torch.device) -> Iterator[None]:
        """Within, the processes can talk to each other."""
        if self.size == 1:
            yield
            return
        if device.type == "cuda":
            torch.cuda.set_device(device)
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
        try:
            yield
        finally:
            dist.destroy_process_group()

    def share_weights(self, parameters: Iterable[nn.Parameter]) -> None:
        """Give every process the first one's weights: a new head is drawn on each."""
        if self.size > 1:
            for parameter in parameters:
                dist.broadcast(parameter.data, src=0)

    def add_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Sum the gradients over all processes, in place; a parameter that one did not reach counts as zero there."""
        if self.size == 1:
            return
        bucket: list[torch.Tensor] = []
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            if sum(g.numel() for g in bucket) + parameter.numel() > _BUCKET and bucket:
                _sum_flat(bucket)
                bucket = []
            bucket.append(parameter.grad)
        _sum_flat(bucket)

    def add(self, vector: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, in place."""
        if self.size > 1:
            dist.all_reduce(vector)
        return vector

    def any(self, flag: bool, device: torch.device) -> bool:
        """Whether it holds on any process."""
        return bool(self.add(torch.tensor(float(flag), device=device))) if self.size > 1 else flag

    def share(self, items: Sequence[Item]) -> Sequence[Item]:
        """This process's part of some items, dealt one by one."""
        return items[self.rank :: self.size]

    def gather(self, own: Item) -> list[Item]:
        """What each process has, in their order."""
        if self.size == 1:
            return [own]
        parts: list[Item | None] = [None] * self.size
        dist.all_gather_object(parts, own)
        return parts  # type: ignore[return-value]

    def undealt(self, parts: Sequence[Sequence[Item]]) -> list[Item]:
        """The items of all processes in the order they had before `share`."""
        every: list[Item | None] = [None] * sum(map(len, parts))
        for rank, part in enumerate(parts):
            every[rank :: len(parts)] = part
        return every  # type: ignore[return-value]


def _sum_flat(gradients: list[torch.Tensor]) -> None:
    if not gradients:
        return
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    at = 0
    for gradient in gradients:
        gradient.copy_(flat[at : at + gradient.numel()].view_as(gradient))
        at += gradient.numel()
