"""Copies the files of a frozen preference set into a folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.problems import Problem
from annotate.selectors.sets import DamagedSet
from annotate.services.set_downloads import set_export


class Command(BaseCommand):
    """`manage.py export_set SET OUT_DIR`: all files, their hashes checked on the way."""

    help = "Copy the files of a frozen preference set into a folder, checking their hashes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what the command takes."""
        parser.add_argument("set", type=int, help="id of the set")
        parser.add_argument("folder", type=Path, metavar="OUT_DIR")
        parser.add_argument("--compress", choices=["gz", "zst"], default="", help="all but the manifest")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy the files; exit with 1 if one is missing or damaged."""
        try:
            written = set_export(set_id=options["set"], folder=options["folder"], compress=options["compress"])
        except (DamagedSet, OSError) as error:
            raise CommandError(str(error)) from error
        except Problem as problem:
            raise CommandError(str(problem.message)) from problem
        for path in written:
            self.stdout.write(str(path))
