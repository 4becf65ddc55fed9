"""Position and length bias of a project's people, as a whole and one by one, and of its judges beside them."""

from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
from django.db.models import Case, QuerySet, When
from django.db.models.functions import Length
from numpy.typing import NDArray

from annotate.domain.bias import (
    LENGTH_EDGES,
    Cell,
    Fit,
    Stream,
    Ties,
    length_curve,
    logistic_fit,
    longer_by,
    longer_preferred,
    place_curve,
    whole,
    whole_by,
)
from annotate.domain.bias_table import stream_unpacked
from annotate.domain.figures import places_of
from annotate.domain.states import CallState, ComparisonKind
from annotate.domain.types import VERDICT_SIGNS
from annotate.models import BiasDay, JudgeCall, JudgeRun, Membership, Project, Response
from annotate.selectors.figure_days import refreshed_at

CHUNK = 20_000
VERDICT_SIGN = Case(*(When(verdict=said, then=sign) for said, sign in VERDICT_SIGNS.items()))


@dataclass(frozen=True, slots=True)
class Author:
    """A kind of author with all that they compared: people together, or one judge. names: {by: who}."""

    kind: ComparisonKind
    name: str
    stream: Stream
    names: dict[int, tuple[int | None, str]]


def bias_report(project: Project, ties: Ties, first: date | None, last: date | None, *, judges: bool) -> dict[str, Any]:
    """Return {authors, people, edges, refreshed_at}: curves of each kind of author, and single figures by person.

    judges: whether who asks may know of them.
    """
    authors = [human_author(project, first, last), *(judge_authors(project, first, last) if judges else ())]
    return {"edges": list(LENGTH_EDGES), **figures_of(authors, ties), "refreshed_at": refreshed_at(project.pk)}


def figures_of(authors: list[Author], ties: Ties) -> dict[str, Any]:
    """Return {authors, people} as they are told."""
    return {
        "authors": [_author_body(author, ties) for author in authors],
        "people": [row for author in authors for row in _people(author, ties)],
    }


def human_author(project: Project, first: date | None, last: date | None) -> Author:
    """Return what the annotators of a project compared between two days, both included."""
    rows = BiasDay.objects.filter(figure_day__project=project)
    if first is not None:
        rows = rows.filter(figure_day__day__gte=first)
    if last is not None:
        rows = rows.filter(figure_day__day__lte=last)
    tables = rows.order_by("figure_day__day").values_list("rows", flat=True)
    members = Membership.objects.filter(project=project).values_list("user_id", "id", "pseudonym")
    names: dict[int, tuple[int | None, str]] = {user: (pk, name) for user, pk, name in members}
    return Author(ComparisonKind.HUMAN, "", stream_unpacked(bytes(table) for table in tables), names)


def judge_authors(project: Project, first: date | None, last: date | None) -> list[Author]:
    """Return what each judge said between two days, both included, by name: a judge is the model that was asked.

    Three queries, of which none reads a text: lengths are counted by the database, once for each response.
    """
    runs_of: dict[str, list[int]] = {}
    for run, model in JudgeRun.objects.filter(project=project).values_list("pk", "endpoint_settings__model"):
        runs_of.setdefault(str(model), []).append(run)
    calls = JudgeCall.objects.filter(run__project=project, state=CallState.DONE).exclude(verdict="")
    if first is not None:
        calls = calls.filter(finished_at__date__gte=first)
    if last is not None:
        calls = calls.filter(finished_at__date__lte=last)
    run, prompt, one, other, verdict = _columns(
        calls.values_list("run_id", "prompt_id", "first_id", "second_id", VERDICT_SIGN), 5
    )
    judged = Response.objects.filter(prompt__in=calls.values("prompt_id")).order_by("pk")
    responses, lengths = _columns(judged.values_list("pk", Length("text")), 2)
    difference = lengths[np.searchsorted(responses, one)] - lengths[np.searchsorted(responses, other)]
    # Place 0 is A's, place 1 is B's: a judge is shown two responses, one after the other.
    said = Stream(prompt, np.zeros_like(prompt), np.ones_like(prompt), difference, verdict)
    streams = {name: said.where(np.isin(run, runs)) for name, runs in sorted(runs_of.items())}
    return [Author(ComparisonKind.JUDGE, name, stream, {}) for name, stream in streams.items() if len(stream)]


def _columns(rows: "QuerySet[Any, Any]", n: int) -> NDArray[np.int64]:
    """Return int64[n, rows] of a query for whole numbers."""
    return np.fromiter(chain.from_iterable(rows.iterator(CHUNK)), dtype=np.int64).reshape(-1, n).T


def _author_body(author: Author, ties: Ties) -> dict[str, Any]:
    stream = author.stream
    return {
        "author": author.kind,
        "name": author.name,
        "first": cell_body(whole(stream, ties)),
        "longer": cell_body(longer_preferred(stream, ties)),
        "fit": _fit_body(logistic_fit(stream, ties)),
        "lengths": [cell_body(cell) for cell in length_curve(stream, ties)],
        "places": [{"a": a, "b": b, **cell_body(cell)} for (a, b), cell in place_curve(stream, ties).items()],
    }


def _people(author: Author, ties: Ties) -> list[dict[str, Any]]:
    """Return a row for each person of a kind, by pseudonym; a judge is told of as a whole already."""
    if author.kind != ComparisonKind.HUMAN:
        return []
    stream = author.stream
    users, (group,) = places_of([stream.by])
    first, longer = (curve(stream, group, len(users), ties) for curve in (whole_by, longer_by))
    fits = _fits(stream, group, len(users), ties)
    rows = []
    for place, user in enumerate(users.tolist()):
        person, pseudonym = author.names.get(user, (None, ""))
        told = {"first": cell_body(first[place]), "longer": cell_body(longer[place]), "fit": _fit_body(fits[place])}
        rows.append({"person": person, "pseudonym": pseudonym, **told})
    return sorted(rows, key=lambda row: str(row["pseudonym"]))


def _fits(stream: Stream, group: "np.ndarray[Any, Any]", n_groups: int, ties: Ties) -> list[Fit | None]:
    # Small whole numbers are sorted by their digits, which is many times as fast.
    order = np.argsort(group.astype(np.min_scalar_type(n_groups)), kind="stable")
    bounds = np.searchsorted(group[order], np.arange(n_groups + 1))
    return [logistic_fit(stream.where(order[bounds[n] : bounds[n + 1]]), ties) for n in range(n_groups)]


def cell_body(cell: Cell) -> dict[str, Any]:
    """Return a share with its interval, None where nothing counts."""
    low, high = (cell.interval.low, cell.interval.high) if cell.interval else (None, None)
    return {"n": cell.n, "n_ties": cell.n_ties, "share": cell.share, "low": low, "high": high}


def _fit_body(fit: Fit | None) -> dict[str, Any] | None:
    return None if fit is None else asdict(fit)
