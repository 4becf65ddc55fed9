"""Benchmarks of the reward-model engine: its speed beside other trainers' and what it learns; README.md of bench/."""
