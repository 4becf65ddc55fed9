"""Counts the figures of projects again, or checks that they are what a recount gives."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.models import Project
from annotate.selectors.imports import project_named
from annotate.services.figures import figures_check, figures_recount


class Command(BaseCommand):
    """`manage.py figures_recount [PROJECT…] [--check]`."""

    help = "Count the figures of all projects, or of those named, from the base tables and store them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what the command takes."""
        parser.add_argument("project", nargs="*", help="id or name; all of them where none is given")
        parser.add_argument(
            "--check", action="store_true", help="change nothing; name what differs, and exit with 1 if anything does"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Recount, or check and exit with 1 where something differs."""
        named = [project_named(name) for name in options["project"]] or list(Project.objects.order_by("id"))
        n_differing = 0
        for project in named:
            if not options["check"]:
                self.stdout.write(f"{project.name}: {figures_recount(project=project)} days")
                continue
            for line in figures_check(project=project):
                n_differing += 1
                self.stdout.write(f"{project.name}: {line}")
        if n_differing:
            raise CommandError(f"{n_differing} rows differ from a recount.")
