"""Creates accounts."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from annotate.domain.states import RoleName
from annotate.models import User
from annotate.problems import Problem
from annotate.selectors.imports import project_named
from annotate.services.projects import member_set

PASSWORD_VARIABLE = "CHEEMS_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    """`manage.py create_person USERNAME…`: all or none, with a password from the environment or asked for."""

    help = (
        f"Create accounts. The password is read from {PASSWORD_VARIABLE}, or asked for; several people of one call "
        "share it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what the command takes."""
        parser.add_argument("username", nargs="+")
        parser.add_argument("--staff", action="store_true", help="may create projects")
        parser.add_argument(
            "--email", default="", help="where the site's notices go, if it has a mail server; one person only"
        )
        parser.add_argument("--project", help="id or name of a project to take part in")
        parser.add_argument(
            "--role",
            action="append",
            default=[],
            choices=[role.value for role in RoleName],
            help="role in that project; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the accounts; exit with 1, and create none, if one cannot be."""
        if bool(options["project"]) != bool(options["role"]):
            raise CommandError("--project and --role go together.")
        if options["email"] and len(options["username"]) > 1:
            raise CommandError("--email belongs to one person; create the others in a call of their own.")
        password = os.environ.get(PASSWORD_VARIABLE) or self._asked()
        # Hashing is slow on purpose; whoever shares a password may share its hash.
        hashed = make_password(password)
        try:
            with transaction.atomic():
                for username in options["username"]:
                    self._create(username, password, hashed, options)
        except Problem as problem:
            raise CommandError(str(problem.message)) from problem
        self.stdout.write(f"Created: {', '.join(options['username'])}")

    def _create(self, username: str, password: str, hashed: str, options: dict[str, Any]) -> None:
        user = User(username=username, password=hashed, is_staff=options["staff"], email=options["email"])
        try:
            user.full_clean()
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(f"{username}: {'; '.join(error.messages)}") from error
        user.save()
        if options["project"]:
            project = project_named(options["project"])
            member_set(project=project, username=username, roles=options["role"], actor=None)

    def _asked(self) -> str:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Password (again): ") != password:
            raise CommandError("The two passwords differ.")
        return password
