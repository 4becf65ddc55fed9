"""Imports: take a file in, check every line, let a person commit or discard it. import_write does the writing."""

import logging
import unicodedata
from collections.abc import Callable
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import IMPORT_MOVES, ImportState
from annotate.exchange.prompts_in import BadLine, PromptIn
from annotate.models import ImportJob, ImportProblem, Project, User
from annotate.permissions import Right
from annotate.problems import Conflict, Problem
from annotate.selectors.access import project_get, scoped_get
from annotate.services.events import event
from annotate.services.import_rows import checked_chunks
from annotate.services.jobs import JobTaken, failure_reason, job_beat, job_take
from annotate.services.queue import IMPORT_CHECK, IMPORT_WRITE, enqueue

logger = logging.getLogger(__name__)

MAX_PROBLEMS = 1000
PREVIEW_ROWS = 20
EXCERPT_CHARS = 200

Report = Callable[[BadLine], None]


class TooLarge(Problem):
    """More than the site takes (413)."""

    status = 413


def size_check(n_bytes: int) -> None:
    """Raise TooLarge if a file of `n_bytes` is more than the site takes."""
    limit = settings.IMPORT_MAX_BYTES
    if n_bytes > limit:
        message = _("The file is too large: at most %(limit)s MB.") % {"limit": limit // 2**20}
        raise TooLarge("file_too_large", message)


def import_create(
    *, user: User, project_id: int, file: "File[Any]", filename: str, keep_good: bool, human_sources: list[str]
) -> ImportJob:
    """Take an uploaded file in and queue its check. Raises TooLarge."""
    project = project_get(user, project_id, Right.MANAGE_DATA)
    with transaction.atomic():
        job = import_store(
            project=project,
            user=user,
            file=file,
            filename=filename,
            keep_good=keep_good,
            human_sources=human_sources,
        )
        enqueue(IMPORT_CHECK, job.pk)
    return job


def import_store(
    *,
    project: Project,
    user: User | None,
    file: "File[Any]",
    filename: str,
    keep_good: bool,
    human_sources: list[str],
    worker: str = "",
) -> ImportJob:
    """Store a file as a job to be checked, held by `worker` from the start if one is named. Raises TooLarge."""
    size_check(file.size)
    job = ImportJob(
        project=project,
        filename=_clean_name(filename),
        keep_good=keep_good,
        human_sources=human_sources,
        worker=worker,
        heartbeat_at=timezone.now(),
        created_by=user,
    )
    # The stored name is ours: a name from outside may be too long for the store, or aim at another file.
    job.file.save(uuid4().hex, file, save=False)
    job.save()
    return job


def _clean_name(filename: str) -> str:
    """Return the last part of a name, in characters that every database takes."""
    name = PurePath(filename.replace("\\", "/")).name
    return "".join(c for c in name if unicodedata.category(c)[0] != "C")[-255:] or "upload"


def import_check(*, job_id: int) -> None:
    """Check every line of a job's file. Does nothing where another worker holds the job or the check is done."""
    worker = job_take(rows=ImportJob.objects.filter(state=ImportState.CHECKING), job_id=job_id)
    if worker is None:
        return
    try:
        import_check_held(job=ImportJob.objects.select_related("project").get(pk=job_id), worker=worker)
    except (JobTaken, ImportJob.DoesNotExist):
        logger.warning("Import %s is no longer ours to check.", job_id)
    # Broad on purpose: a full disk, a damaged store or a bug of ours must end on the job's page, not in a log alone.
    except Exception as error:
        logger.exception("The check of import %s failed.", job_id)
        import_fail(job_id=job_id, worker=worker, state=ImportState.CHECKING, reason=failure_reason(error))


@transaction.atomic
def import_fail(*, job_id: int, worker: str, state: ImportState, reason: str) -> None:
    """Move a job that `worker` holds to failed."""
    move = IMPORT_MOVES["fail"]
    rows = ImportJob.objects.filter(pk=job_id, worker=worker, state=state, state__in=move.before)
    if rows.update(state=move.after, error=reason) == 1:
        import_log(job=ImportJob.objects.get(pk=job_id), kind="import_fail", before=state, reason=reason)


def import_log(*, job: ImportJob, kind: str, before: str, actor: User | None = None, reason: str = "") -> None:
    """Write the line of the log for a job that has just been moved."""
    data = {"n_good": job.n_good, "n_bad": job.n_bad}
    event(
        project_id=job.project_id,
        kind=kind,
        subject=job,
        actor=actor,
        before=before,
        after=job.state,
        reason=reason,
        data=data,
    ).save()


def import_check_held(*, job: ImportJob, worker: str, report: Report | None = None) -> None:
    """Check every line of a job that `worker` holds; `report` is told every bad line. Raises JobTaken."""
    rows = ImportJob.objects.filter(state=ImportState.CHECKING)
    columns = {"n_good": 0, "n_bad": 0, "n_prompts": 0, "n_responses": 0, "lines_done": 0}
    preview: list[dict[str, object]] = []
    job.problems.all().delete()
    n_problems = 0
    for chunk in checked_chunks(job):
        good = [row for row in chunk if isinstance(row, PromptIn)]
        bad = [row for row in chunk if isinstance(row, BadLine)]
        columns["n_good"] += len(good)
        columns["n_bad"] += len(bad)
        columns["n_prompts"] += len(good)
        columns["n_responses"] += sum(len(prompt.responses) for prompt in good)
        columns["lines_done"] += len(chunk)
        preview += [_preview(prompt) for prompt in good[: PREVIEW_ROWS - len(preview)]]
        with transaction.atomic():
            job_beat(rows=rows, job_id=job.pk, worker=worker, **columns)
            n_problems += _problems_store(job, bad, MAX_PROBLEMS - n_problems)
        if report is not None:
            for line in bad:
                report(line)
    move = IMPORT_MOVES["finish_check"]
    with transaction.atomic():
        columns["lines_total"] = columns["lines_done"]
        job_beat(rows=rows, job_id=job.pk, worker=worker, **columns, preview=preview, state=move.after)
        job.refresh_from_db()
        import_log(job=job, kind="import_finish_check", before=ImportState.CHECKING)


def _problems_store(job: ImportJob, bad: list[BadLine], room: int) -> int:
    """Store at most `room` problems and return how many; the rest is counted but not kept."""
    problems = [
        ImportProblem(job=job, line=problem.line, field=problem.field[:100], code=problem.code, details=problem.details)
        for line in bad
        for problem in line.problems
    ][:room]
    ImportProblem.objects.bulk_create(problems)
    return len(problems)


def _preview(prompt: PromptIn) -> dict[str, object]:
    return {
        "line": prompt.line,
        "prompt": prompt.text[:EXCERPT_CHARS],
        "category": list(prompt.category),
        "source": prompt.source,
        "n_responses": len(prompt.responses),
    }


@transaction.atomic
def import_commit(*, user: User, job_id: int) -> ImportJob:
    """Let a checked import be written, and queue that.

    Raises Conflict: import_not_checked, import_has_errors (bad lines, and not told to keep the good ones),
    import_empty.
    """
    job = scoped_get(user, ImportJob.objects.select_related("project"), job_id, Right.MANAGE_DATA)
    import_commit_held(job=job, user=user, worker="")
    enqueue(IMPORT_WRITE, job.pk)
    return job


@transaction.atomic
def import_commit_held(*, job: ImportJob, user: User | None, worker: str) -> None:
    """Move a checked import on to be written by `worker`, or by whoever takes it. Raises Conflict as import_commit."""
    if job.state != ImportState.CHECKED:
        raise _not_checked()
    if job.n_bad and not job.keep_good:
        raise Conflict(
            "import_has_errors",
            _("Some lines cannot be imported. Correct the file, or import again and keep the good lines."),
        )
    if not job.n_good:
        raise Conflict("import_empty", _("The file holds no line that can be imported."))
    move = IMPORT_MOVES["commit"]
    rows = ImportJob.objects.filter(pk=job.pk, state__in=move.before)
    if rows.update(state=move.after, worker=worker, heartbeat_at=timezone.now(), lines_done=0) != 1:
        raise _not_checked()
    job.refresh_from_db()
    import_log(job=job, kind="import_commit", before=ImportState.CHECKED, actor=user)


def _not_checked() -> Conflict:
    return Conflict("import_not_checked", _("This import is not waiting to be committed; reload it."))


@transaction.atomic
def import_delete(*, user: User, job_id: int) -> None:
    """Remove an import that was not committed, with its file. Raises Conflict("import_committed") for any other."""
    job = scoped_get(user, ImportJob.objects.all(), job_id, Right.MANAGE_DATA)
    import_discard(job=job)


@transaction.atomic
def import_discard(*, job: ImportJob) -> None:
    """Remove a job that wrote nothing, its problems and its file."""
    removable = (ImportState.CHECKING, ImportState.CHECKED, ImportState.FAILED)
    locked = ImportJob.objects.select_for_update().filter(pk=job.pk, state__in=removable).first()
    if locked is None or locked.prompts.exists():
        raise Conflict("import_committed", _("This import has been committed and can no longer be removed."))
    storage, name = job.file.storage, str(job.file.name)
    locked.delete()
    transaction.on_commit(lambda: storage.delete(name))
