"""The learning rate as a function of the step, so that a resumed run needs no scheduler state."""

import math


def learning_rate(step: int, total_steps: int, *, peak: float, warmup_ratio: float, scheduler: str) -> float:
    """Rate of the optimiser step `step` (0-based): linear warm-up to `peak`, then the scheduler's way.

    scheduler: "cosine" (half a period), "linear", or "constant" (stays at the peak). Neither end of the run
    has rate 0.
    """
    warmup = math.ceil(warmup_ratio * total_steps)
    if step < warmup:
        return peak * (step + 1) / warmup
    done = (step - warmup) / max(1, total_steps - warmup)
    factor = {"cosine": 0.5 * (1 + math.cos(math.pi * done)), "linear": 1 - done, "constant": 1.0}[scheduler]
    return peak * factor
