"""manage.py train_run: queues a training run on a frozen preference set, and waits for its end if told to."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.domain.states import RunState
from annotate.problems import Problem
from annotate.selectors.sets import set_frozen_get
from rm_training import hyperparameters, selectors, services
from rm_training.models import TrainingRun

POLL_SECONDS = 1.0
ENDED = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


class Command(BaseCommand):
    """Queues a run with what its base recommends and, above that, the parameters given; the queue `gpu` trains."""

    help = "Queue a training run on a frozen preference set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("set_id", type=int, help="id of the preference set")
        parser.add_argument("--base", default=selectors.DEFAULT_BASE, help=f"base model [{selectors.DEFAULT_BASE}]")
        parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="hyperparameter; repeat")
        parser.add_argument("--wait", action="store_true", help="wait for the end; exit code 1 unless it succeeded")

    def handle(self, *, set_id: int, base: str, param: list[str], wait: bool, **options: Any) -> None:
        """Queue, and follow."""
        try:
            params = selectors.recommended(base) | dict(map(_parsed, param))
            run = services.run_queue(chosen=set_frozen_get(set_id), base=base, params=params, created_by=None)
        except Problem as problem:
            raise CommandError(str(problem.message)) from problem
        self.stdout.write(f"Queued run {run.pk}: {run.name}")
        if wait:
            self._follow(run)

    def _follow(self, run: TrainingRun) -> None:
        shown = ""
        while True:
            run.refresh_from_db()
            line = f"{run.state} {run.step}/{run.total_steps}"
            if line != shown:
                self.stdout.write(line)
                shown = line
            if run.state in ENDED:
                break
            time.sleep(POLL_SECONDS)
        if run.state != RunState.SUCCEEDED:
            raise CommandError(f"Run {run.pk} {run.state}. {run.error}".rstrip())


def _parsed(setting: str) -> tuple[str, hyperparameters.Value]:
    name, equals, value = setting.partition("=")
    if not equals:
        raise CommandError(f"--param {setting}: expected NAME=VALUE")
    return name, hyperparameters.parsed(name, value)
