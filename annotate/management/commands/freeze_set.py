"""Freezes a preference set."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.domain.states import SetState
from annotate.problems import Problem
from annotate.selectors.categories import category_list
from annotate.selectors.imports import project_named
from annotate.selectors.set_texts import failure_text
from annotate.services.sets import set_run


class Command(BaseCommand):
    """`manage.py freeze_set PROJECT NAME`: freeze accepted prompts as the next version of a set."""

    help = "Freeze the accepted prompts of a project into an immutable, hashed, versioned preference set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what the command takes."""
        parser.add_argument("project", help="id or name of the project")
        parser.add_argument("name", help="name of the set; its version is the next free one")
        parser.add_argument(
            "--category", action="append", default=[], metavar="NAME", help="a top-level category, with all below it"
        )
        parser.add_argument("--source", action="append", default=[], metavar="NAME")
        parser.add_argument("--min-agreement", type=float, default=None, metavar="X")
        parser.add_argument("--benchmark-share", type=float, default=0.2, metavar="X", help="0 to 0.9 [0.2]")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--note", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Freeze the set; exit with 1 if that fails."""
        if not 0 <= options["benchmark_share"] <= 0.9:
            raise CommandError("--benchmark-share lies between 0 and 0.9.")
        try:
            row = self._freeze(options)
        except Problem as problem:
            raise CommandError(str(problem.message)) from problem
        if row.state != SetState.FROZEN:
            raise CommandError(failure_text(row.error))
        counts = row.statistics["counts"]
        sides = ", ".join(f"{side} {n['prompts']} prompts, {n['pairs']} pairs" for side, n in counts.items())
        self.stdout.write(f"Set {row.pk} ({row.name} v{row.version}) is frozen ({sides}). SHA-256 {row.sha256}")

    def _freeze(self, options: dict[str, Any]) -> Any:
        project = project_named(options["project"])
        roots = {row.name: row.pk for row in category_list(project.pk) if row.parent_id is None}
        unknown = sorted(set(options["category"]) - roots.keys())
        if unknown:
            raise CommandError(f"The project has no top-level category {', '.join(unknown)}.")
        filters = {
            "categories": [roots[name] for name in options["category"]],
            "sources": options["source"],
            "min_agreement": options["min_agreement"],
        }
        return set_run(
            project=project,
            name=options["name"],
            filters=filters,
            benchmark_share=options["benchmark_share"],
            seed=options["seed"],
            note=options["note"],
        )
