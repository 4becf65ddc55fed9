"""A project's statistics by day, category, source, annotator, pair of annotators, or category and annotator."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from annotate.domain.figures import Facts
from annotate.models import Category, Membership, Project
from annotate.problems import Invalid
from annotate.selectors.figure_days import facts_read, refreshed_at
from annotate.selectors.figure_groups import Groups, groups_of, known

BY = ("day", "category", "source", "annotator", "pair", "heat")
MOST_PAIRS = 500
RATES = ("agreement", "gold", "consistency", "conflict", "rejection")
# A cell of the heat map says how people agree and what was rejected; a pair of people shares nothing but tasks.
TOLD = {"heat": {"agreement", "rejection"}, "pair": {"agreement", "alpha", "tau"}}


@dataclass(frozen=True, slots=True)
class Query:
    """What to count: by what, between which days (ends included), in which top-level category, from which source."""

    by: str
    first: date | None = None
    last: date | None = None
    category: int | None = None
    source: str = ""


def statistics(project: Project, query: Query, *, most_pairs: int | None = MOST_PAIRS) -> dict[str, Any]:
    """Return {rows, n_rows, total, refreshed_at}. Raises Invalid with the field for a filter that makes no sense."""
    names = _checked(project, query)
    facts, days = facts_read(project.pk, query.first, query.last)
    if query.category is not None or query.source:
        facts = facts.of(category=query.category, source=query.source)
    groups = groups_of(facts, query.by, project.agreement_measure)
    order = range(len(groups.keys))
    if query.by == "pair":
        order = sorted(order, key=lambda group: (-int(groups.tasks[group]), groups.keys[group]))[:most_pairs]  # type: ignore[assignment]
    heads = _Heads(project, facts, days, names)
    whole = groups_of(facts, "total", project.agreement_measure)
    return {
        "rows": [{**heads.of(query.by, groups.keys[group]), **_figures(groups, group, query.by)} for group in order],
        "n_rows": len(groups.keys),
        "total": {**_head("total", ""), **_figures(whole, 0, "total")},
        "refreshed_at": refreshed_at(project.pk),
    }


def _checked(project: Project, query: Query) -> dict[int, str]:
    """Return {top-level category: name}, or raise Invalid naming the filter that is wrong."""
    if query.first is not None and query.last is not None and query.last < query.first:
        raise _invalid("to", _("The last day lies before the first."))
    names = root_names(project.pk)
    if query.category is not None and query.category not in names:
        raise _invalid("category", _("category must be the number of a top-level category of this project."))
    return names


def _invalid(field: str, message: str) -> Invalid:
    return Invalid("invalid", message, errors=[{"field": field, "code": "invalid", "message": message}])


def root_names(project_id: int) -> dict[int, str]:
    """Return {id: name} of a project's top-level categories, by name."""
    rows = Category.objects.filter(project_id=project_id, root__isnull=True, parent__isnull=True)
    return dict(rows.order_by("key").values_list("id", "name"))


def _head(key: str, name: str, **ids: int | None) -> dict[str, Any]:
    return {"key": key, "name": name, "category": None, "person": None, "partner": None, **ids}


def _figures(groups: Groups, group: int, by: str) -> dict[str, Any]:
    """Return the figures of one group, without those that `by` does not tell."""
    told = TOLD.get(by, {"alpha", "tau", "prompts", *RATES})
    tasks, seconds = int(groups.tasks[group]), int(groups.seconds[group])
    return {
        "tasks": tasks,
        "seconds_mean": seconds / tasks if tasks and by != "pair" else None,
        "prompts": int(groups.conflict.counts[group].sum()) if "prompts" in told else None,
        "alpha": known(groups.alphas[group]) if "alpha" in told else None,
        "tau": known(groups.taus[group]) if "tau" in told else None,
        **{name: groups.rate(name, group) if name in told else None for name in RATES},
    }


class _Heads:
    """What the groups are called; people by membership id and pseudonym."""

    def __init__(self, project: Project, facts: Facts, days: list[date], categories: dict[int, str]) -> None:
        self.days, self.sources, self.categories = days, facts.sources, categories
        members = Membership.objects.filter(project=project)
        self.people = {user: (pk, name) for user, pk, name in members.values_list("user_id", "id", "pseudonym")}

    def of(self, by: str, key: tuple[int, ...]) -> dict[str, Any]:
        """Return key, name and ids of a group."""
        if by == "day":
            return _head(self.days[key[0]].isoformat(), self.days[key[0]].isoformat())
        if by == "source":
            return _head(self.sources[key[0]], self.sources[key[0]])
        if by == "category":
            return _head(str(key[0]), self.categories.get(key[0], ""), category=key[0])
        if by == "annotator":
            person, name = self._person(key[0])
            return _head(str(person), name, person=person)
        if by == "pair":
            (person, name), (partner, other) = self._person(key[0]), self._person(key[1])
            return _head(f"{person}-{partner}", f"{name} · {other}", person=person, partner=partner)
        person, name = self._person(key[1])
        category = self.categories.get(key[0], "")
        return _head(f"{key[0]}-{person}", f"{category} · {name}", category=key[0], person=person)

    def _person(self, user: int) -> tuple[int | None, str]:
        return self.people.get(user) or (None, _("former member"))
