"""Experiments with people's, judges' and models' preferences together."""
