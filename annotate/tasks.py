"""Celery tasks: take an id, call one service. Every task may run twice or be killed; the services see to it."""

from celery import shared_task

from annotate.services import (
    assignments,
    call_runs,
    discussions,
    figures,
    filters,
    imports,
    jobs,
    judge_work,
    notices,
    rework,
    sampling_work,
    sets,
)
from annotate.services import filter_apply as filtering
from annotate.services import import_write as writing
from annotate.shutdown import worker_is_stopping


@shared_task(name="annotate.tasks.import_check")
def import_check(job_id: int) -> None:
    """Check every line of an import."""
    imports.import_check(job_id=job_id)


@shared_task(name="annotate.tasks.import_write")
def import_write(job_id: int) -> None:
    """Write a committed import."""
    writing.import_write(job_id=job_id)


@shared_task(name="annotate.tasks.set_freeze")
def set_freeze(set_id: int) -> None:
    """Freeze a preference set."""
    sets.set_freeze(set_id=set_id)


@shared_task(name="annotate.tasks.leases_release")
def leases_release() -> None:
    """Free the slots whose leases ran out."""
    assignments.leases_release()


@shared_task(name="annotate.tasks.jobs_requeue")
def jobs_requeue() -> None:
    """Queue jobs again whose message or worker was lost."""
    jobs.jobs_requeue()


@shared_task(name="annotate.tasks.notices_mail")
def notices_mail() -> None:
    """Send new notices by e-mail, where the site has a mail server."""
    notices.notices_mail()


@shared_task(name="annotate.tasks.batch_return")
def batch_return(batch_id: int) -> None:
    """Send an annotator's whole batch back."""
    rework.batch_return(batch_id=batch_id)


@shared_task(name="annotate.tasks.filter_check")
def filter_check(run_id: int) -> None:
    """Look at every response of a project for what may not be worth a person's time."""
    filters.filter_check(run_id=run_id)


@shared_task(name="annotate.tasks.filter_apply")
def filter_apply(run_id: int) -> None:
    """Let the flags of a run take effect."""
    filtering.filter_write(run_id=run_id)


@shared_task(name="annotate.tasks.discussions_escalate")
def discussions_escalate() -> None:
    """Hand on the disagreements whose time at their stage has run out."""
    discussions.discussions_escalate()


@shared_task(name="annotate.tasks.figures_refresh")
def figures_refresh() -> None:
    """Count the days again whose figures have changed."""
    figures.figures_refresh()


@shared_task(name="annotate.tasks.judge_run")
def judge_run(run_id: int) -> None:
    """Carry out a queued judge run (queue `calls`)."""
    judge_work.judge_run_execute(run_id=run_id, stopping=worker_is_stopping)


@shared_task(name="annotate.tasks.sampling_run")
def sampling_run(run_id: int) -> None:
    """Carry out a queued sampling run (queue `calls`)."""
    sampling_work.sampling_run_execute(run_id=run_id, stopping=worker_is_stopping)


@shared_task(name="annotate.tasks.call_runs_requeue")
def call_runs_requeue() -> None:
    """Queue again what lost its worker."""
    call_runs.call_runs_requeue()
