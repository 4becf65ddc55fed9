"""Lets flags take effect: prompt by prompt, responses that nobody works on leave the tasks, the others go to QA."""

import logging

from django.db import transaction
from django.db.models import F

from annotate.domain.states import FILTER_MOVES, FLAG_MOVES, FilterState, FlagState, PromptState
from annotate.models import FilterRun, Prompt, ResponseFlag
from annotate.selectors.flags import EARLY, prompts_to_apply, responses_begun
from annotate.services.discards import responses_exclude
from annotate.services.events import event
from annotate.services.filters import filter_fail, flag_log
from annotate.services.jobs import JobTaken, failure_reason, job_beat, job_take
from annotate.services.prompts import prompt_evaluate

logger = logging.getLogger(__name__)


def filter_write(*, run_id: int) -> None:
    """Apply the flags that a person chose. Starts again where it was interrupted; does nothing where it is done."""
    rows = FilterRun.objects.filter(state=FilterState.APPLYING)
    worker = job_take(rows=rows, job_id=run_id)
    if worker is None:
        return
    try:
        run = FilterRun.objects.select_related("applied_by").get(pk=run_id)
        prompts = prompts_to_apply(run)
        job_beat(rows=rows, job_id=run.pk, worker=worker, n_total=run.n_done + len(prompts))
        for prompt_id in prompts:
            _prompt_apply(run, prompt_id, worker)
        _finish(run, worker)
    except (JobTaken, FilterRun.DoesNotExist):
        logger.warning("Run %s of the filters is no longer ours.", run_id)
    # Broad on purpose: whatever goes wrong must end on the run's page, not in a log alone.
    except Exception as error:
        logger.exception("Run %s of the filters could not be applied.", run_id)
        filter_fail(run_id=run_id, worker=worker, state=FilterState.APPLYING, reason=failure_reason(error))


@transaction.atomic
def _prompt_apply(run: FilterRun, prompt_id: int, worker: str) -> None:
    """Apply a run's flags of one prompt.

    A response leaves only while nothing that shows it has been done or is in anybody's hands.
    """
    prompts = Prompt.objects.select_for_update(of=("self",)).select_related("project", "category")
    prompt = prompts.get(pk=prompt_id)
    flags = list(ResponseFlag.objects.filter(run=run, prompt=prompt, state=FlagState.FOUND, code__in=run.codes))
    begun = responses_begun(prompt)
    leaving = {flag.response_id for flag in flags if prompt.state in EARLY and flag.response_id not in begun}
    for flag in flags:
        action = "exclude" if flag.response_id in leaving else "refer"
        ResponseFlag.objects.filter(pk=flag.pk, state__in=FLAG_MOVES[action].before).update(
            state=FLAG_MOVES[action].after
        )
        flag_log(flag, action, actor=run.applied_by, before=FlagState.FOUND)
    if leaving:
        responses_exclude(prompt=prompt, response_ids=leaving, actor=run.applied_by)
        if prompt.state == PromptState.ANNOTATING:
            prompt_evaluate(prompt=prompt)
    job_beat(
        rows=FilterRun.objects.filter(state=FilterState.APPLYING),
        job_id=run.pk,
        worker=worker,
        n_done=F("n_done") + 1,
        n_excluded=F("n_excluded") + len(leaving),
        n_referred=F("n_referred") + len({flag.response_id for flag in flags} - leaving),
        n_dropped=F("n_dropped") + int(prompt.state == PromptState.DROPPED and bool(leaving)),
    )


@transaction.atomic
def _finish(run: FilterRun, worker: str) -> None:
    move = FILTER_MOVES["finish"]
    job_beat(rows=FilterRun.objects.filter(state=FilterState.APPLYING), job_id=run.pk, worker=worker, state=move.after)
    run.refresh_from_db()
    event(
        project_id=run.project_id,
        kind="filter_finish",
        subject=run,
        actor=run.applied_by,
        before=FilterState.APPLYING,
        after=move.after,
        data={"n_excluded": run.n_excluded, "n_referred": run.n_referred, "n_dropped": run.n_dropped},
    ).save()
