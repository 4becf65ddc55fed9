"""What the tests of this room share with those of the reward models."""

from tests.rm_training.conftest import own_runs, stand_in, tiny_base

__all__ = ["own_runs", "stand_in", "tiny_base"]
