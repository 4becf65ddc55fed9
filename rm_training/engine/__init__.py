"""The reward-model engine: trains, scores and benchmarks; usable from a shell, without Django."""

ENGINE_VERSION = "0.1.0"
