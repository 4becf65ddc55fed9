"""What statistics are read from: one row for a project's day, counted again by the worker whenever it has changed."""

from django.db import models

from annotate.models.project import Project


class FigureDay(models.Model):
    """What happened in a project on one day, local time, as small tables of whole numbers (domain/figures.py).

    Everything in here can be counted again from the base tables, and must then come out the same. `version` grows with
    every refresh, so that of two workers the one that read less does not write last.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="figure_days")
    day = models.DateField()
    # The names that the columns `source` and `kind` of the tables point into.
    sources = models.JSONField(default=list)
    kinds = models.JSONField(default=list)
    work = models.BinaryField(default=bytes)
    units = models.BinaryField(default=bytes)
    outcomes = models.BinaryField(default=bytes)
    n_annotations = models.PositiveIntegerField(default=0)
    n_comparisons = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "day"], name="figure_day_once")]


class DirtyDay(models.Model):
    """That something of a project's day has changed since it was counted.

    Every change adds a row of its own: nothing is unique here, so that writers never wait for each other, and the
    worker takes away just the marks that it saw before it counted.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="dirty_days")
    day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["project", "day"], name="dirty_day_by_project")]


class BiasDay(models.Model):
    """What was compared on a day, as a packed table (domain/bias_table.py), for the reports of bias.

    It is counted and replaced with the day's figures, and kept apart from them: they are read far more often.
    """

    figure_day = models.OneToOneField(FigureDay, on_delete=models.CASCADE, primary_key=True, related_name="bias")
    rows = models.BinaryField(default=bytes)
