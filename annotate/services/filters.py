"""Runs of the filters: a dry run over a project's responses, and a person's word on single flags."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from annotate.domain.flag_report import FlagReport
from annotate.domain.flags import Flag, FlagSettings, duplicate_flags, text_flags
from annotate.domain.states import FILTER_MOVES, FLAG_MOVES, FilterState, FlagCode, FlagState
from annotate.models import Category, FilterRun, Prompt, ResponseFlag, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import at_work_get, project_get, scoped_get
from annotate.selectors.flags import (
    FilteredPrompt,
    Limit,
    exempt_categories,
    known_flags,
    length_limits,
    prompts_filtered,
)
from annotate.services.discards import response_restore
from annotate.services.events import event
from annotate.services.jobs import JobTaken, failure_reason, job_beat, job_kept_alive, job_take
from annotate.services.queue import FILTER_APPLY, FILTER_CHECK, enqueue

logger = logging.getLogger(__name__)

MOST_LIMITS = 200


def filter_create(*, user: User, project_id: int, rules: Mapping[str, Any]) -> FilterRun:
    """Queue a dry run of the filters; what an earlier one found and nobody applied gives way to it.

    rules: fields of FlagSettings, `exempt` as a list of categories. Raises Conflict (filters_at_work), Invalid for a
    category of another project.
    """
    project = project_get(user, project_id, Right.MANAGE_DATA)
    exempt = set(rules.get("exempt", ()))
    if Category.objects.filter(project=project, pk__in=exempt).count() != len(exempt):
        message = _("exempt names a category that this project does not have.")
        raise Invalid("invalid", message, errors=[{"field": "exempt", "code": "invalid", "message": message}])
    try:
        with transaction.atomic():
            _supersede(project.pk, user)
            stored = {**asdict(FlagSettings()), **rules, "exempt": sorted(exempt)}
            run = FilterRun.objects.create(project=project, rules=stored, created_by=user)
            _log(run, "filter_start", actor=user, before="")
            enqueue(FILTER_CHECK, run.pk)
    except IntegrityError as error:
        raise at_work_already() from error
    return run


def at_work_already() -> Conflict:
    """Return the refusal of a second run beside one that is at work."""
    return Conflict("filters_at_work", _("The filters are at work on this project; wait until they are done."))


def _supersede(project_id: int, user: User) -> None:
    move = FILTER_MOVES["supersede"]
    for run in FilterRun.objects.filter(project_id=project_id, state__in=move.before).select_for_update():
        ResponseFlag.objects.filter(run=run, state=FlagState.FOUND).delete()
        run.state = FilterState(move.after)
        run.save(update_fields=["state"])
        _log(run, "filter_supersede", actor=user, before=FilterState.CHECKED)


def _log(run: FilterRun, kind: str, *, before: str, actor: User | None = None, reason: str = "") -> None:
    data = {"n_flagged": run.report.get("n_flagged", 0), "codes": run.codes}
    event(
        project_id=run.project_id,
        kind=kind,
        subject=run,
        actor=actor,
        before=before,
        after=run.state,
        reason=reason,
        data=data,
    ).save()


def filter_check(*, run_id: int) -> None:
    """Look at every response of a project. Does nothing where another worker holds the run or the check is done."""
    rows = FilterRun.objects.filter(state=FilterState.CHECKING)
    worker = job_take(rows=rows, job_id=run_id)
    if worker is None:
        return
    try:
        _check(FilterRun.objects.select_related("project").get(pk=run_id), worker)
    except (JobTaken, FilterRun.DoesNotExist):
        logger.warning("Run %s of the filters is no longer ours.", run_id)
    # Broad on purpose: whatever goes wrong must end on the run's page, not in a log alone.
    except Exception as error:
        logger.exception("Run %s of the filters failed.", run_id)
        filter_fail(run_id=run_id, worker=worker, state=FilterState.CHECKING, reason=failure_reason(error))


@transaction.atomic
def filter_fail(*, run_id: int, worker: str, state: FilterState, reason: str) -> None:
    """Move a run that `worker` holds to failed."""
    move = FILTER_MOVES["fail"]
    rows = FilterRun.objects.filter(pk=run_id, worker=worker, state=state, state__in=move.before)
    if rows.update(state=move.after, error=reason) == 1:
        _log(FilterRun.objects.get(pk=run_id), "filter_fail", before=state, reason=reason)


def rules_of(run: FilterRun) -> FlagSettings:
    """Return a run's rules, categories that are exempt with all below them."""
    chosen = FlagSettings(**{**run.rules, "exempt": frozenset(run.rules["exempt"])})
    return replace(chosen, exempt=exempt_categories(run.project_id, chosen.exempt))


def _check(run: FilterRun, worker: str) -> None:
    """Flag a project's responses batch by batch; what a killed worker had found is found anew."""
    rows = FilterRun.objects.filter(state=FilterState.CHECKING)
    ResponseFlag.objects.filter(run=run).delete()
    settings, report = rules_of(run), FlagReport()
    with job_kept_alive(rows=rows, job_id=run.pk, worker=worker):
        limits = length_limits(run.project_id, settings)
    total = sum(limit.n for limit in limits.values())
    for batch in prompts_filtered(run.project_id):
        with job_kept_alive(rows=rows, job_id=run.pk, worker=worker):
            found = _flags_of(run, batch, limits, settings, report)
        with transaction.atomic():
            job_beat(rows=rows, job_id=run.pk, worker=worker, n_total=total, n_done=report.n_responses)
            ResponseFlag.objects.bulk_create(found, batch_size=500)
    move = FILTER_MOVES["finish_check"]
    body = {**report.body(), "limits": _limits_told(limits)}
    with transaction.atomic():
        n = report.n_responses
        job_beat(rows=rows, job_id=run.pk, worker=worker, state=move.after, report=body, n_responses=n, n_total=n)
        run.refresh_from_db()
        _log(run, "filter_finish_check", before=FilterState.CHECKING)


def _limits_told(limits: Mapping[int, Limit]) -> list[dict[str, int]]:
    """Return the limits of the largest categories, as a page can show them."""
    largest = sorted(limits.items(), key=lambda item: (-item[1].n, item[0]))[:MOST_LIMITS]
    return [{"category": category, "limit": limit.limit, "n": limit.n} for category, limit in largest]


def _flags_of(
    run: FilterRun,
    batch: list[FilteredPrompt],
    limits: Mapping[int, Limit],
    settings: FlagSettings,
    report: FlagReport,
) -> list[ResponseFlag]:
    """Return the new flags of a batch of prompts, and count the batch into the report."""
    known = known_flags(prompt.pk for prompt in batch)
    new = []
    for prompt in batch:
        limit = limits[prompt.category].limit if prompt.category in limits else settings.max_chars
        said = _prompt_flags(prompt, limit, settings)
        fresh = {pk: [flag for flag in flags if (pk, flag.code) not in known] for pk, flags in said.items()}
        for pk, text in prompt.responses:
            report.add_response(pk, text, fresh[pk])
        report.add_prompt(len(prompt.responses), sum(map(bool, fresh.values())), run.project.responses_per_task)
        new += [_row(run, prompt.pk, pk, flag) for pk, flags in fresh.items() for flag in flags]
    return new


def _prompt_flags(prompt: FilteredPrompt, limit: int, settings: FlagSettings) -> dict[int, list[Flag]]:
    """Return {response: flags} of a prompt; a near-duplicate names the response that it repeats."""
    exempt = prompt.category in settings.exempt
    found = {
        pk: text_flags(text, limit=limit, category_exempt=exempt, settings=settings) for pk, text in prompt.responses
    }
    places = [pk for pk, _text in prompt.responses]
    for place, flag in duplicate_flags([text for _pk, text in prompt.responses], settings).items():
        figures = {**flag.figures, "of": places[int(str(flag.figures["of"]))]}
        found[places[place]].append(replace(flag, figures=figures))
    return found


def _row(run: FilterRun, prompt_id: int, response_id: int, flag: Flag) -> ResponseFlag:
    return ResponseFlag(
        run=run,
        project_id=run.project_id,
        prompt_id=prompt_id,
        response_id=response_id,
        code=flag.code,
        figures=dict(flag.figures),
    )


@transaction.atomic
def filter_apply(*, user: User, run_id: int, codes: list[str]) -> FilterRun:
    """Let a dry run's flags of these codes take effect, and queue that.

    Raises Invalid (no_codes), Conflict (not_checked where the run is past it, filters_at_work).
    """
    scoped_get(user, FilterRun.objects.all(), run_id, Right.MANAGE_DATA)
    if not codes or not set(codes) <= set(FlagCode):
        raise Invalid("no_codes", _("Choose which flags are to take effect."))
    move = FILTER_MOVES["apply"]
    values = {"state": move.after, "codes": sorted(set(codes)), "applied_by": user, "worker": "", "n_done": 0}
    try:
        with transaction.atomic():
            moved = FilterRun.objects.filter(pk=run_id, state__in=move.before).update(**values, heartbeat_at=None)
    except IntegrityError as error:
        raise at_work_already() from error
    if moved != 1:
        raise Conflict("not_checked", _("These flags are applied, given way to a newer run, or not found yet."))
    run = FilterRun.objects.get(pk=run_id)
    _log(run, "filter_apply", actor=user, before=FilterState.CHECKED)
    enqueue(FILTER_APPLY, run.pk)
    return run


@transaction.atomic
def flag_overrule(*, user: User, flag_id: int, reason: str) -> ResponseFlag:
    """Say that a flagged response is fine after all; one that was taken out for it comes back into the tasks.

    Raises Invalid (reason_required), Conflict (already_overruled; prompt_left, past_annotation where a response can no
    longer come back), Forbidden (paused).
    """
    flag = scoped_get(user, ResponseFlag.objects.all(), flag_id, Right.OVERRULE_FLAGS)
    at_work_get(user, flag.project_id)
    if not reason.strip():
        raise Invalid("reason_required", _("Say why this response is fine."))
    prompts = Prompt.objects.select_for_update(of=("self",)).select_related("project", "category")
    prompt = prompts.get(pk=flag.prompt_id)
    flag.refresh_from_db()
    move, before = FLAG_MOVES["overrule"], flag.state
    rows = ResponseFlag.objects.filter(pk=flag.pk, state=before, state__in=move.before)
    if rows.update(state=move.after, reason=reason[:500], overruled_by=user) != 1:
        raise Conflict("already_overruled", _("Somebody has overruled this flag already."))
    flag.refresh_from_db()
    flag_log(flag, "overrule", actor=user, before=before, reason=reason)
    others = ResponseFlag.objects.filter(response_id=flag.response_id, state=FlagState.EXCLUDED)
    if before == FlagState.EXCLUDED and not others.exists():
        response_restore(prompt=prompt, response_id=flag.response_id, actor=user, reason=reason)
    return flag


def flag_log(flag: ResponseFlag, action: str, *, actor: User | None, before: str, reason: str = "") -> None:
    """Write the line of the log for a flag that moved along FLAG_MOVES."""
    event(
        project_id=flag.project_id,
        prompt_id=flag.prompt_id,
        kind=f"flag_{action}",
        subject=flag,
        actor=actor,
        before=before,
        after=FLAG_MOVES[action].after,
        reason=reason,
        data={"response": flag.response_id, "code": flag.code, **flag.figures},
    ).save()
