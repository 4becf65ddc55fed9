"""Writes a committed import: staged in short transactions, published in one.

Nobody sees a staged prompt. A failure takes the staged rows away again; a killed worker leaves them to the next one,
which takes them away and starts afresh. So an import is there whole or not at all.
"""

import logging
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from annotate.domain.states import IMPORT_MOVES, PROMPT_MOVES, ImportState, PromptState, Subset
from annotate.exchange.prompts_in import PromptIn
from annotate.models import Category, Event, ImportJob, Project, Prompt, Response
from annotate.selectors.categories import category_key
from annotate.services.events import event
from annotate.services.import_rows import checked_chunks
from annotate.services.imports import (
    Report,
    import_check_held,
    import_commit_held,
    import_discard,
    import_fail,
    import_log,
    import_store,
)
from annotate.services.jobs import JobFailure, JobTaken, failure_reason, job_beat, job_kept_alive, job_take
from annotate.services.prompts import tasks_set_up
from annotate.services.responses import responses_in_ring

logger = logging.getLogger(__name__)

DELETE_BATCH = 500
EVENT_BATCH = 1000


def import_write(*, job_id: int) -> None:
    """Write a committed job. Does nothing where another worker holds it or it is done."""
    worker = job_take(rows=_importing(), job_id=job_id)
    if worker is None:
        return
    try:
        import_write_held(job=ImportJob.objects.select_related("project").get(pk=job_id), worker=worker)
    except JobTaken:
        logger.warning("Import %s is no longer ours to write.", job_id)


def _importing() -> QuerySet[ImportJob]:
    return ImportJob.objects.filter(state=ImportState.IMPORTING)


def import_write_held(*, job: ImportJob, worker: str) -> None:
    """Write a job that `worker` holds. Raises JobTaken.

    A failure before publication takes everything back and leaves the job failed. After it the prompts are there, and
    the setting up of their tasks is taken up again by the next worker.
    """
    with job_kept_alive(rows=_importing(), job_id=job.pk, worker=worker):
        if job.prompts.exclude(state=PromptState.STAGED).exists() or _written(job, worker):
            tasks_set_up(project=job.project, beat=lambda: _beat(job, worker))
            _finish(job, worker)


def _written(job: ImportJob, worker: str) -> bool:
    """Stage and publish, or take everything back; tell which."""
    try:
        _unstage(job, worker)
        _stage(job, worker)
        _publish(job, worker)
    except JobTaken:
        raise
    # Broad on purpose: whatever stopped it, nothing may be left behind.
    except Exception as error:
        logger.error("Import %s is taken back.", job.pk, exc_info=not isinstance(error, JobFailure))
        _unstage(job, worker)
        import_fail(job_id=job.pk, worker=worker, state=ImportState.IMPORTING, reason=failure_reason(error))
        return False
    return True


def _beat(job: ImportJob, worker: str, **columns: object) -> None:
    job_beat(rows=_importing(), job_id=job.pk, worker=worker, **columns)


def _stage(job: ImportJob, worker: str) -> None:
    """Write every good line, chunk by chunk. Raises JobFailure if lines went bad since the check."""
    categories: dict[str, int] = {}
    n_lines = n_prompts = n_responses = 0
    for chunk in checked_chunks(job):
        prompts = [row for row in chunk if isinstance(row, PromptIn)]
        if len(prompts) < len(chunk) and not job.keep_good:
            raise JobFailure("import_changed")
        n_lines += len(chunk)
        n_prompts += len(prompts)
        n_responses += sum(len(prompt.responses) for prompt in prompts)
        with transaction.atomic():
            _beat(job, worker, lines_done=n_lines, n_prompts=n_prompts, n_responses=n_responses)
            _prompts_create(job, prompts, categories)


def _prompts_create(job: ImportJob, prompts: list[PromptIn], categories: dict[str, int]) -> None:
    """Insert staged prompts and their responses; `categories` caches ids by key."""
    now = timezone.now()
    rows = Prompt.objects.bulk_create(
        Prompt(
            project=job.project,
            import_job=job,
            category_id=_category_id(job, prompt.category, categories),
            external_id=prompt.external_id,
            text=prompt.text,
            text_sha256=prompt.text_sha256,
            system=prompt.system,
            source=prompt.source,
            subset=_subset(prompt.source, job.human_sources),
            state=PromptState.STAGED,
            state_at=now,
        )
        for prompt in prompts
    )
    Response.objects.bulk_create(
        (
            response
            for row, prompt in zip(rows, prompts, strict=True)
            for response in responses_in_ring(row, prompt.responses, job.project.seed)
        ),
        batch_size=500,
    )


def _subset(source: str, human_sources: list[str]) -> Subset:
    return Subset.HUMAN if source == Subset.HUMAN or source in human_sources else Subset.OPEN


def _category_id(job: ImportJob, path: tuple[str, ...], categories: dict[str, int]) -> int:
    """Return the id of a category, creating it and its ancestors where they are missing."""
    key = category_key(list(path))
    if key not in categories:
        parent_id = _category_id(job, path[:-1], categories) if len(path) > 1 else None
        root_id = _category_id(job, path[:1], categories) if len(path) > 1 else None
        category, _created = Category.objects.get_or_create(
            project=job.project,
            key=key,
            defaults={"parent_id": parent_id, "root_id": root_id, "name": path[-1], "path": list(path)},
        )
        categories[key] = category.pk
    return categories[key]


def _publish(job: ImportJob, worker: str) -> None:
    """Make all prompts of the job visible at once, each with its line in the log."""
    staged = job.prompts.filter(state=PromptState.STAGED)
    has_responses = Exists(Response.objects.filter(prompt=OuterRef("pk")))
    with transaction.atomic():
        _beat(job, worker)
        _move(job, staged.filter(~has_responses), "import_without_responses")
        _move(job, staged.filter(has_responses), "import")


def _move(job: ImportJob, prompts: QuerySet[Prompt], action: str) -> None:
    move = PROMPT_MOVES[action]
    keys = list(prompts.values_list("pk", flat=True))
    Event.objects.bulk_create(
        (
            event(
                project_id=job.project_id,
                prompt_id=key,
                kind=f"prompt_{action}",
                subject=Prompt(pk=key),
                actor=job.created_by,
                before=PromptState.STAGED,
                after=move.after,
            )
            for key in keys
        ),
        batch_size=EVENT_BATCH,
    )
    prompts.filter(state__in=move.before).update(state=move.after, state_at=timezone.now())


def _finish(job: ImportJob, worker: str) -> None:
    move = IMPORT_MOVES["finish"]
    with transaction.atomic():
        _beat(job, worker, state=move.after)
        job.refresh_from_db()
        import_log(job=job, kind="import_finish", before=ImportState.IMPORTING)


def _unstage(job: ImportJob, worker: str) -> None:
    """Take away what a write that was cut off left staged, and the categories that only it needed."""
    staged = job.prompts.filter(state=PromptState.STAGED)
    category_ids = set(staged.values_list("category_id", flat=True).distinct())
    while keys := list(staged.values_list("pk", flat=True)[:DELETE_BATCH]):
        with transaction.atomic():
            _beat(job, worker)
            Prompt.objects.filter(pk__in=keys).delete()
    while category_ids:
        empty = Category.objects.filter(
            pk__in=category_ids, prompts__isnull=True, children__isnull=True, guidelines__isnull=True
        )
        keys = list(empty.values_list("pk", flat=True))
        category_ids = set(empty.exclude(parent=None).values_list("parent_id", flat=True))
        Category.objects.filter(pk__in=keys).delete()


def import_run(
    *,
    project: Project,
    file: "File[Any]",
    filename: str,
    keep_good: bool,
    human_sources: list[str],
    dry_run: bool = False,
    report: Report | None = None,
) -> ImportJob:
    """Check, commit and write a file in one go and return the job; `report` is told every bad line.

    A dry run, and a file that is refused, leave nothing behind. Raises Conflict (import_has_errors, import_empty) and
    TooLarge; a failure while writing stands in the job's `error`.
    """
    worker = uuid4().hex
    job = import_store(
        project=project,
        user=None,
        file=file,
        filename=filename,
        keep_good=keep_good,
        human_sources=human_sources,
        worker=worker,
    )
    try:
        import_check_held(job=job, worker=worker, report=report)
        if not dry_run:
            import_commit_held(job=job, user=None, worker=worker)
    finally:
        if job.state != ImportState.IMPORTING:
            import_discard(job=job)
    if not dry_run:
        import_write_held(job=job, worker=worker)
        job.refresh_from_db()
    return job
