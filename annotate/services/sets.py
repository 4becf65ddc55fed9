"""Preference sets: ask for one, and freeze it."""

import logging
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Max, QuerySet
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import SET_MOVES, Arm, SetState, Split, Subset
from annotate.exchange.files_out import joint_sha256, write_document
from annotate.models import Category, PreferenceSet, PreferenceSetItem, Project, User
from annotate.permissions import Right
from annotate.problems import Invalid
from annotate.selectors.access import project_get, pseudonyms
from annotate.selectors.categories import top_level
from annotate.selectors.set_contents import prompts_selected
from annotate.selectors.sets import BENCHMARK_FILES, MANIFEST_FILE
from annotate.services.derived_content import derived_prepare, derived_recipe, judge_source
from annotate.services.derived_files import derived_files_write
from annotate.services.events import event
from annotate.services.jobs import JobFailure, JobTaken, failure_reason, job_beat, job_kept_alive, job_take
from annotate.services.queue import SET_FREEZE, enqueue
from annotate.services.set_clusters import clusters_of, frozen_ids
from annotate.services.set_files import set_files_remove, set_files_store, set_files_write
from annotate.services.set_manifest import set_manifest
from annotate.services.set_split import Candidate, split_prompts

# Sent, with `preference_set`, once a set is frozen or has failed, for those who wait for it. It may be lost with the
# process that was to send it: whoever waits must also look from time to time.
set_ended = Signal()

logger = logging.getLogger(__name__)

ITEM_BATCH = 1000


def set_create(
    *,
    user: User,
    project_id: int,
    name: str,
    filters: dict[str, Any],
    benchmark_share: float,
    seed: int,
    note: str,
) -> PreferenceSet:
    """Ask for the next version of a set and queue its freezing. Raises Invalid for a category of another project."""
    project = project_get(user, project_id, Right.MANAGE_DATA)
    with transaction.atomic():
        row = set_store(
            project=project,
            user=user,
            name=name,
            filters=filters,
            benchmark_share=benchmark_share,
            seed=seed,
            note=note,
        )
        enqueue(SET_FREEZE, row.pk)
    return row


@transaction.atomic
def set_store(
    *,
    project: Project,
    user: User | None,
    name: str,
    filters: dict[str, Any],
    benchmark_share: float,
    seed: int,
    note: str,
    worker: str = "",
) -> PreferenceSet:
    """Store the next version of a set, to be frozen by `worker` or by whoever takes it. Raises Invalid."""
    chosen = set_filters(project=project, given=filters)
    # Locked, so that two people asking at once get two versions.
    Project.objects.select_for_update().get(pk=project.pk)
    latest = PreferenceSet.objects.filter(project=project, name=name).aggregate(Max("version"))["version__max"]
    row = PreferenceSet.objects.create(
        project=project,
        name=name,
        version=(latest or 0) + 1,
        note=note,
        filters=chosen,
        benchmark_share=benchmark_share,
        seed=seed,
        worker=worker,
        heartbeat_at=timezone.now(),
        created_by=user,
    )
    _log(row, "set_create", before="")
    return row


def set_filters(*, project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters as a set keeps them. Raises Invalid for a category of another project."""
    categories = set(given.get("categories", []))
    if Category.objects.filter(project=project, pk__in=categories).count() != len(categories):
        message = _("The filter names a category that this project does not have.")
        errors = [{"field": "filters.categories", "code": "unknown_category", "message": message}]
        raise Invalid("unknown_category", message, errors=errors)
    return {
        "categories": sorted(categories),
        "sources": sorted(set(given.get("sources", []))),
        "min_agreement": given.get("min_agreement"),
    }


def _log(row: PreferenceSet, kind: str, *, before: str, reason: str = "") -> None:
    event(
        project_id=row.project_id,
        kind=kind,
        subject=row,
        actor=row.created_by,
        before=before,
        after=row.state,
        reason=reason,
        data={"name": row.name, "version": row.version, "sha256": row.sha256},
    ).save()


def set_freeze(*, set_id: int) -> None:
    """Freeze a set. Does nothing where another worker holds it or it is done."""
    worker = job_take(rows=_freezing(), job_id=set_id)
    if worker is not None:
        set_freeze_held(set_id=set_id, worker=worker)


def set_run(
    *, project: Project, name: str, filters: dict[str, Any], benchmark_share: float, seed: int, note: str
) -> PreferenceSet:
    """Freeze the next version of a set in one go and return it; a failure stands in its `error`. Raises Invalid."""
    worker = uuid4().hex
    row = set_store(
        project=project,
        user=None,
        name=name,
        filters=filters,
        benchmark_share=benchmark_share,
        seed=seed,
        note=note,
        worker=worker,
    )
    set_freeze_held(set_id=row.pk, worker=worker)
    row.refresh_from_db()
    return row


def _freezing() -> QuerySet[PreferenceSet]:
    return PreferenceSet.objects.filter(state=SetState.FREEZING)


def set_freeze_held(*, set_id: int, worker: str) -> None:
    """Freeze a set that `worker` holds; whatever goes wrong is written on the set's page."""
    try:
        row = PreferenceSet.objects.select_related("project", "created_by").get(pk=set_id)
        with job_kept_alive(rows=_freezing(), job_id=set_id, worker=worker):
            while not _frozen(row, worker):
                logger.info("Another set of the project was frozen meanwhile; set %s is split again.", set_id)
    except JobTaken:
        logger.warning("Set %s is no longer ours to freeze.", set_id)
    # Broad on purpose: a full disk or a bug of ours must end on the set's page, not in a log alone.
    except Exception as error:
        logger.error("Set %s was not frozen.", set_id, exc_info=not isinstance(error, JobFailure))
        _fail(set_id, worker, failure_reason(error))


@transaction.atomic
def _fail(set_id: int, worker: str, reason: str) -> None:
    move = SET_MOVES["fail"]
    rows = PreferenceSet.objects.filter(pk=set_id, worker=worker, state__in=move.before)
    if rows.update(state=move.after, error=reason) == 1:
        row = PreferenceSet.objects.get(pk=set_id)
        # Once the failure is on the page: a store that cannot be written may not let anything be removed either.
        transaction.on_commit(lambda: set_files_remove(preference_set=row), robust=True)
        _log(row, "set_fail", before=SetState.FREEZING, reason=reason)
        _tell(row)


def _tell(row: PreferenceSet) -> None:
    transaction.on_commit(lambda: set_ended.send(sender=PreferenceSet, preference_set=row), robust=True)


def _frozen(row: PreferenceSet, worker: str) -> bool:
    """Split, write and publish a set; False if a set frozen meanwhile makes the split out of date."""
    earlier_ids = frozen_ids(row.project_id)
    source = judge_source(row)
    derived = derived_prepare(preference_set=row, source=source, earlier_ids=earlier_ids) if source else None
    sides = derived.sides if derived else _sides(row, earlier_ids)
    names = pseudonyms(row.project_id)

    def beat(n_done: int) -> None:
        job_beat(rows=_freezing(), job_id=row.pk, worker=worker, progress_done=n_done, progress_total=len(sides))

    beat(0)
    with TemporaryDirectory(prefix="cheems-set-") as name:
        folder = Path(name)
        if derived:
            entries, figures = derived_files_write(preference_set=row, derived=derived, folder=folder, beat=beat)
        else:
            entries, figures = set_files_write(preference_set=row, sides=sides, names=names, folder=folder, beat=beat)
        sha256 = joint_sha256(entries)
        recipe = {"recipe": derived_recipe(derived, figures)} if derived else {}
        manifest = set_manifest(
            preference_set=row,
            keys=derived.human_keys if derived else list(sides),
            files=entries,
            sha256=sha256,
            figures=figures,
            names=names,
        )
        files = [*entries, write_document(folder, MANIFEST_FILE, manifest | recipe)]
        beat(len(sides))
        set_files_store(preference_set=row, names=[file["name"] for file in files], folder=folder)
    statistics = {**figures.statistics(), **recipe, "files": files}
    benchmark = [entry for entry in entries if entry["name"] in BENCHMARK_FILES.values()]
    columns = {
        "sha256": sha256,
        "benchmark_sha256": joint_sha256(benchmark),
        "manifest": manifest | recipe,
        "statistics": statistics,
    }
    return _publish(row, worker, sides, earlier_ids, columns)


def _sides(row: PreferenceSet, earlier_ids: set[int]) -> dict[int, Split]:
    """Return {prompt id: side} of what goes into a set, by prompt id. Raises JobFailure(no_prompts, no_pairs)."""
    columns = ("pk", "external_id", "subset", "category__path", "ranking__n_ordered_pairs", "arm", "text")
    selected = list(prompts_selected(row.project_id, row.filters).order_by("pk").values_list(*columns))
    if not selected:
        raise JobFailure("no_prompts")
    if not any(n_pairs for *_rest, n_pairs, _arm, _text in selected):
        raise JobFailure("no_pairs")
    labels, earlier = clusters_of([text for *_rest, text in selected], earlier_ids)
    candidates = [
        Candidate(key, external_id, Subset(subset), top_level(path), n_pairs > 0, label, arm == Arm.CHOSEN)
        for (key, external_id, subset, path, n_pairs, arm, _text), label in zip(selected, labels, strict=True)
    ]
    split = split_prompts(candidates, earlier, row.benchmark_share, row.seed)
    return {one.key: split[one.key] for one in candidates if one.key in split}


def _publish(
    row: PreferenceSet,
    worker: str,
    sides: Mapping[int, Split],
    earlier_ids: set[int],
    columns: dict[str, Any],
) -> bool:
    """Freeze the row with its items in one transaction, unless another set has been frozen since `earlier_ids`."""
    move = SET_MOVES["freeze"]
    with transaction.atomic():
        # Locked, so that two sets of a project cannot be frozen without knowing of each other.
        Project.objects.select_for_update().get(pk=row.project_id)
        if frozen_ids(row.project_id) != earlier_ids:
            return False
        PreferenceSetItem.objects.bulk_create(
            (PreferenceSetItem(set=row, prompt_id=key, split=side) for key, side in sides.items()),
            batch_size=ITEM_BATCH,
        )
        job_beat(rows=_freezing(), job_id=row.pk, worker=worker, state=move.after, frozen_at=timezone.now(), **columns)
        row.refresh_from_db()
        _log(row, "set_freeze", before=SetState.FREEZING)
        _tell(row)
    return True
