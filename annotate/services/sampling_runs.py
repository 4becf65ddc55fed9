"""Sampling runs: ask for one, stop it, take it up again."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.models import Endpoint, Project, SamplingRun, User
from annotate.permissions import Right
from annotate.problems import Invalid
from annotate.selectors.access import project_get
from annotate.selectors.judging import category_keys_named
from annotate.selectors.response_sampling import prompts_waiting, sampling_run_get
from annotate.services.call_runs import budget_check, call_run_cancel, call_run_resume, call_run_started
from annotate.services.endpoints import endpoint_settings, endpoints_in_use


@transaction.atomic
def sampling_run_create(
    *,
    user: User,
    project_id: int,
    mix: list[dict[str, Any]],
    draws: int,
    keep: int,
    n_prompts: int | None,
    category_ids: list[int],
    budget_micros: int | None,
    budget_tokens: int | None,
) -> SamplingRun:
    """Queue the drawing of responses for prompts that have none.

    mix: [{"endpoint": id, "weight", "temperature", "system"}]; the last two, where they are not None, stand in for the
    endpoint's own. Raises Invalid: as budget_check, and unknown_endpoint, endpoint_twice, too_few_kept, no_prompts.
    """
    project = project_get(user, project_id, Right.TRAIN)
    endpoints = endpoints_in_use(project, [source["endpoint"] for source in mix])
    if len(endpoints) != len(mix):
        raise _invalid("mix", "endpoint_twice", _("Each endpoint may stand in the mix once."))
    budget_check(budget_micros, budget_tokens, list(endpoints.values()))
    if not project.responses_per_task <= keep <= draws:
        message = _("Keep at least %(least)d responses, which a task shows, and at most as many as are drawn.")
        raise _invalid("keep", "too_few_kept", message % {"least": project.responses_per_task})
    keys = category_keys_named(project, category_ids)
    if len(keys) != len(set(category_ids)):
        raise _invalid("categories", "unknown_category", _("This project has no such category."))
    # Locked, so that two runs asked for at once do not draw for the same prompts.
    Project.objects.select_for_update().get(pk=project.pk)
    waiting = prompts_waiting(project.pk, keys)[: n_prompts or None]
    if not waiting:
        raise _invalid("categories", "no_prompts", _("No prompt there waits for responses."))
    run = SamplingRun.objects.create(
        project=project,
        name=" + ".join(endpoints[source["endpoint"]].name for source in mix)[:200],
        mix=[_copied(source, endpoints[source["endpoint"]]) for source in mix],
        draws=draws,
        keep=keep,
        prompt_ids=waiting,
        n_prompts=len(waiting),
        seed=secrets.randbelow(2**31),
        budget_micros=budget_micros,
        budget_tokens=budget_tokens,
        heartbeat_at=timezone.now(),
        created_by=user,
    )
    call_run_started(run)
    return run


def _copied(source: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Return a source of the mix with what it asks with."""
    own = {name: source[name] for name in ("temperature", "system") if source.get(name) is not None}
    return {
        "endpoint": endpoint.pk,
        "name": endpoint.name,
        "weight": source["weight"],
        "settings": endpoint_settings(endpoint) | own,
    }


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=[{"field": field, "code": code, "message": message}])


def sampling_run_cancel(*, user: User, run_id: int) -> None:
    """Stop a sampling run. Raises Conflict `run_finished`."""
    call_run_cancel(user=user, run=sampling_run_get(user, run_id))


def sampling_run_resume(*, user: User, run_id: int, budget_micros: int | None, budget_tokens: int | None) -> None:
    """Take a sampling run up again; raises what `call_run_resume` raises."""
    run = sampling_run_get(user, run_id)
    endpoints = list(Endpoint.objects.filter(pk__in=[source["endpoint"] for source in run.mix]))
    call_run_resume(user=user, run=run, budget_micros=budget_micros, budget_tokens=budget_tokens, endpoints=endpoints)
