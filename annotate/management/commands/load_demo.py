"""Loads the demo project."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from annotate.domain.states import RoleName
from annotate.models import Category, Membership, Project, User
from annotate.problems import Problem
from annotate.selectors.import_texts import failure_text
from annotate.services.guidelines import guideline_save
from annotate.services.import_write import import_run
from annotate.services.projects import member_set, project_create

PROJECT = "示例项目"
DESCRIPTION = "四十条中文提示，每条五个回答，供试用标注、裁定与训练。"
PASSWORD = "cheems-demo"  # noqa: S105 - public on purpose: see _refuse_unless_embedded
OWNER = "demo-owner"
PEOPLE = {
    OWNER: RoleName.OWNER,
    "demo-researcher": RoleName.RESEARCHER,
    "demo-annotator-1": RoleName.ANNOTATOR,
    "demo-annotator-2": RoleName.ANNOTATOR,
    "demo-annotator-3": RoleName.ANNOTATOR,
    "demo-annotator-4": RoleName.ANNOTATOR,
    "demo-reviewer": RoleName.DELIVERY_REVIEWER,
    "demo-operations": RoleName.OPERATIONS_REVIEWER,
    "demo-research": RoleName.RESEARCH_REVIEWER,
}


class Command(BaseCommand):
    """`manage.py load_demo`: a project with people in every role; what is there already stays as it is."""

    help = "Create the demo project, its people, categories, guidelines and prompts. Changes nothing that exists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what the command takes."""
        parser.add_argument("--force", action="store_true", help="also where others can reach the site")

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        """Load whatever of the demo is missing."""
        _refuse_unless_embedded(force)
        try:
            created = _people_create()
            project = _project_create()
            _members_add(project)
            n_prompts = _prompts_import(project)
            n_guidelines = _guidelines_save(project)
        except Problem as problem:
            raise CommandError(str(problem.message)) from problem
        self._report(created, n_prompts, n_guidelines)

    def _report(self, created: list[str], n_prompts: int, n_guidelines: int) -> None:
        self.stdout.write(f"Project “{PROJECT}”: {n_prompts} prompts imported, {n_guidelines} guidelines added.")
        for name, role in PEOPLE.items():
            known = f"password {PASSWORD}" if name in created else "was there already, password unchanged"
            self.stdout.write(f"  {name:<18} {role:<20} {known}")


def _refuse_unless_embedded(force: bool) -> None:
    """Raise CommandError on a grown installation: everybody can read the demo's passwords."""
    if not settings.EMBEDDED and not force:
        raise CommandError(
            "The demo's passwords are public, and this site runs on a database or broker server, where others may reach"
            " it. Give --force if you want the demo accounts all the same."
        )


def _people_create() -> list[str]:
    """Create the accounts that are missing; return their names."""
    there = set(User.objects.filter(username__in=PEOPLE).values_list("username", flat=True))
    missing = [name for name in PEOPLE if name not in there]
    if missing:
        password = make_password(PASSWORD)
        User.objects.bulk_create(
            User(username=name, password=password, is_staff=PEOPLE[name] is RoleName.OWNER) for name in missing
        )
    return missing


def _project_create() -> Project:
    project = Project.objects.filter(name=PROJECT).first()
    if project is not None:
        return project
    return project_create(user=User.objects.get(username=OWNER), name=PROJECT, description=DESCRIPTION)


def _members_add(project: Project) -> None:
    """Give everybody who is not a member yet their role; whoever was given another one since keeps it."""
    there = set(Membership.objects.filter(project=project).values_list("user__username", flat=True))
    for name, role in PEOPLE.items():
        if name not in there:
            member_set(project=project, username=name, roles=[role], actor=None)


def _prompts_import(project: Project) -> int:
    """Import the demo's prompts into a project that has none; return how many."""
    if project.prompts.exists():
        return 0
    path = _folder() / "prompts_responses.jsonl"
    with path.open("rb") as file:
        job = import_run(project=project, file=File(file), filename=path.name, keep_good=False, human_sources=[])
    if job.error:
        raise CommandError(failure_text(job.error))
    return job.n_prompts


def _guidelines_save(project: Project) -> int:
    """Give every top-level category without a guideline its own; return how many."""
    owner = User.objects.get(username=OWNER)
    folder = _folder() / "guidelines"
    files: dict[str, str] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    rows = Category.objects.filter(project=project, parent=None, name__in=files, guidelines=None)
    categories = list(rows.order_by("id"))
    for category in categories:
        text = (folder / files[category.name]).read_text(encoding="utf-8")
        guideline_save(user=owner, category_id=category.pk, text=text)
    return len(categories)


def _folder() -> Path:
    return Path(settings.BASE_DIR) / "demo"
