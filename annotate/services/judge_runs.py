"""Judge runs: a trial on prompts that people have settled, its release, and the runs of a released judge."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import CallRunState, JudgeScope
from annotate.models import JudgeRun, Project, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import project_get
from annotate.selectors.judging import category_keys_named, judge_run_get, scope_prompts, templates_in_force
from annotate.services.call_runs import budget_check, call_run_cancel, call_run_resume, call_run_started, locked
from annotate.services.endpoints import endpoint_settings, endpoints_in_use
from annotate.services.events import event


@transaction.atomic
def judge_trial_create(
    *,
    user: User,
    project_id: int,
    endpoint_id: int,
    language: str,
    order: str,
    n_prompts: int,
    budget_micros: int | None,
    budget_tokens: int | None,
    category_ids: list[int],
) -> JudgeRun:
    """Queue a trial of a judge on at most `n_prompts` prompts that people have settled, drawn at random.

    Raises Invalid: budget_missing, budget_zero, budget_without_price, unknown_endpoint, no_prompts.
    """
    project = project_get(user, project_id, Right.TRAIN)
    endpoint = endpoints_in_use(project, [endpoint_id])[endpoint_id]
    budget_check(budget_micros, budget_tokens, [endpoint])
    keys = _prompts_there(project, JudgeScope.ANNOTATED, category_ids)
    run = JudgeRun.objects.create(
        project=project,
        name=f"{endpoint.name} · {endpoint.model}"[:200],
        endpoint=endpoint,
        endpoint_settings=endpoint_settings(endpoint),
        language=language,
        templates={
            one.key: {"version": one.version, "text": one.text, "criteria": one.criteria}
            for one in templates_in_force(project, language)
        },
        order=order,
        category_keys=keys,
        n_prompts=n_prompts,
        **_common(user, budget_micros, budget_tokens),
    )
    call_run_started(run)
    return run


@transaction.atomic
def judge_run_create(
    *,
    user: User,
    trial_id: int,
    scope: str,
    n_prompts: int | None,
    budget_micros: int | None,
    budget_tokens: int | None,
    category_ids: list[int],
) -> JudgeRun:
    """Let the judge of a released trial loose.

    Raises Conflict not_released, endpoint_changed; Invalid as for a trial.
    """
    trial = judge_run_get(user, trial_id)
    if trial.released_at is None:
        raise Conflict("not_released", _("Release this judge on the page of its trial first."))
    endpoint = endpoints_in_use(trial.project, [trial.endpoint_id])[trial.endpoint_id]
    if endpoint_settings(endpoint) != trial.endpoint_settings:
        raise Conflict(
            "endpoint_changed", _("The endpoint asks something else now than in the trial; make a new trial of it.")
        )
    budget_check(budget_micros, budget_tokens, [endpoint])
    keys = _prompts_there(trial.project, scope, category_ids)
    run = JudgeRun.objects.create(
        project=trial.project,
        name=trial.name,
        endpoint=endpoint,
        endpoint_settings=trial.endpoint_settings,
        language=trial.language,
        templates=trial.templates,
        order=trial.order,
        scope=scope,
        trial=trial,
        category_keys=keys,
        n_prompts=n_prompts or 0,
        **_common(user, budget_micros, budget_tokens),
    )
    call_run_started(run)
    return run


def _common(user: User, budget_micros: int | None, budget_tokens: int | None) -> dict[str, Any]:
    return {
        "seed": secrets.randbelow(2**31),
        "budget_micros": budget_micros,
        "budget_tokens": budget_tokens,
        "heartbeat_at": timezone.now(),
        "created_by": user,
    }


def _prompts_there(project: Project, scope: str, category_ids: list[int]) -> list[str]:
    """Return the keys of the categories. Raises Invalid where no prompt is in them, or a category is not of here."""
    keys = category_keys_named(project, category_ids)
    if len(keys) != len(set(category_ids)):
        raise _invalid("categories", "unknown_category", _("This project has no such category."))
    if not scope_prompts(project.pk, scope, keys).exists():
        message = (
            _("No prompt there has been settled by people yet; a judge is tried on such prompts first.")
            if scope == JudgeScope.ANNOTATED
            else _("No prompt there waits for its first annotation.")
        )
        raise _invalid("categories", "no_prompts", message)
    return keys


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=[{"field": field, "code": code, "message": message}])


def agreement_reached(run: JudgeRun) -> bool:
    """Tell whether a trial agrees with people as well as its project wants."""
    agreement = (run.report or {}).get("agreement")
    return agreement is not None and agreement["same"]["value"] >= run.project.judge_threshold


@transaction.atomic
def judge_release(*, user: User, run_id: int) -> JudgeRun:
    """Let researchers use the judge of a trial on prompts that nobody has seen.

    Raises Conflict: not_a_trial, trial_not_finished, agreement_too_low, already_released.
    """
    run = locked(judge_run_get(user, run_id))
    if run.trial_id is not None:
        raise Conflict("not_a_trial", _("Only a trial can be released."))
    if run.released_at is not None:
        raise Conflict("already_released", _("This judge has been released already."))
    if run.state != CallRunState.FINISHED:
        raise Conflict("trial_not_finished", _("The trial has not come to its end; resume it first."))
    if not agreement_reached(run):
        message = _("The judge agrees with people on fewer pairs than the %(threshold)s that this project wants.")
        raise Conflict("agreement_too_low", message % {"threshold": f"{run.project.judge_threshold:.0%}"})
    run.released_at, run.released_by = timezone.now(), user
    run.save(update_fields=["released_at", "released_by"])
    data = {"agreement": (run.report or {})["agreement"], "threshold": run.project.judge_threshold}
    event(project_id=run.project_id, kind="judge_release", subject=run, actor=user, data=data).save()
    return run


def judge_run_cancel(*, user: User, run_id: int) -> None:
    """Stop a judge run. Raises Conflict `run_finished`."""
    call_run_cancel(user=user, run=judge_run_get(user, run_id))


def judge_run_resume(*, user: User, run_id: int, budget_micros: int | None, budget_tokens: int | None) -> None:
    """Take a judge run up again; raises what `call_run_resume` raises."""
    run = judge_run_get(user, run_id)
    call_run_resume(
        user=user, run=run, budget_micros=budget_micros, budget_tokens=budget_tokens, endpoints=[run.endpoint]
    )
