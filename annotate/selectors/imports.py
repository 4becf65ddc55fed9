"""Imports as a person may see them."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from annotate.models import ImportJob, ImportProblem, Project, User
from annotate.permissions import Right
from annotate.problems import NotFound
from annotate.selectors.access import project_get, scoped_get


def import_get(user: User, job_id: int) -> ImportJob:
    """Return one import. Raises NotFound, Forbidden."""
    return scoped_get(user, ImportJob.objects.all(), job_id, Right.MANAGE_DATA)


def imports_of(user: User, project_id: int) -> QuerySet[ImportJob]:
    """Return the imports of a project. Raises NotFound, Forbidden."""
    return ImportJob.objects.filter(project=project_get(user, project_id, Right.MANAGE_DATA))


def import_problems(user: User, job_id: int) -> QuerySet[ImportProblem]:
    """Return the stored problems of one import. Raises NotFound, Forbidden."""
    return ImportProblem.objects.filter(job=import_get(user, job_id))


def project_named(name: str) -> Project:
    """Return the project of this name or id without asking for whom, for commands. Raises NotFound."""
    rows = Project.objects.filter(name=name)
    if not rows.exists() and name.isdecimal():
        rows = Project.objects.filter(pk=int(name))
    project = rows.first()
    if project is None:
        raise NotFound("not_found", _("There is no project %(name)s.") % {"name": name})
    return project
