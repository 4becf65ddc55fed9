"""Imports a file of prompts and responses into a project."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from annotate.exchange.prompts_in import BadLine
from annotate.problems import Problem
from annotate.selectors.import_texts import failure_text, problem_text
from annotate.selectors.imports import project_named
from annotate.services.import_write import import_run


class Command(BaseCommand):
    """`manage.py import_prompts PROJECT FILE`: the same import as in the browser, in one go."""

    help = (
        "Import prompts with responses (JSONL, CSV or Parquet; .gz and .zst are fine). Every bad line is printed, and "
        "nothing is written if there is one, unless --keep-good is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what the command takes."""
        parser.add_argument("project", help="id or name of the project")
        parser.add_argument("file", type=Path)
        parser.add_argument("--keep-good", action="store_true", help="import the good lines although others are bad")
        parser.add_argument(
            "--human-source",
            action="append",
            default=[],
            metavar="NAME",
            help="a source whose prompts are human instructions; may be given several times",
        )
        parser.add_argument("--dry-run", action="store_true", help="check only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import; exit with 1 if nothing was imported because of errors."""
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                job = import_run(
                    project=project_named(options["project"]),
                    file=File(file),
                    filename=path.name,
                    keep_good=options["keep_good"],
                    human_sources=options["human_source"],
                    dry_run=options["dry_run"],
                    report=self._print,
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}") from error
        except Problem as problem:
            raise CommandError(str(problem.message)) from problem
        if job.error:
            raise CommandError(failure_text(job.error))
        verb = "can be imported" if options["dry_run"] else "imported"
        self.stdout.write(f"{job.n_prompts} prompts with {job.n_responses} responses {verb}; {job.n_bad} bad lines.")
        if options["dry_run"] and job.n_bad and not job.keep_good:
            raise CommandError("Nothing would be imported because of the bad lines.")

    def _print(self, bad: BadLine) -> None:
        for problem in bad.problems:
            message, remedy = problem_text(problem.code, problem.details)
            place = f"{problem.field}: " if problem.field else ""
            self.stderr.write(f"line {problem.line}: {problem.code}: {place}{message} {remedy}")
