"""A project's people and how they do: a table of all, and one person in full. Under pseudonyms only."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, Prefetch
from django.utils import timezone

from annotate.domain.dealing import record_weight
from annotate.domain.figures import Facts, both_sides, chosen, kind_coincidences, kind_tau
from annotate.domain.states import ExpertiseState, RoleName
from annotate.domain.statistics import Interval, bootstrap_alpha, ratio_interval
from annotate.models import Annotation, Expertise, Membership, MembershipRole, Project, User
from annotate.permissions import REVIEWERS, Right
from annotate.selectors.access import scoped_get
from annotate.selectors.figure_days import day_bounds, facts_read, refreshed_at
from annotate.selectors.figure_groups import Groups, groups_of, known, rate_body
from annotate.selectors.review_gold import review_gold_accuracy
from annotate.selectors.statistics import RATES, root_names

SPARK_DAYS = 14
SAMPLE = 200
MEASURED = REVIEWERS | {RoleName.ANNOTATOR}


def people_rows(project: Project) -> dict[str, Any]:
    """Return {results, refreshed_at}: a row for each annotator and reviewer, by pseudonym."""
    facts, days = facts_read(project.pk)
    members = list(_members(project.pk).filter(pk__in=_measured(project.pk)).order_by("pseudonym"))
    table = _Table(project, facts, days)
    states = _states(project.pk)
    rows = [{**table.row(member), "categories": states[member.pk]} for member in members]
    return {"results": rows, "refreshed_at": refreshed_at(project.pk)}


def _measured(project_id: int) -> Any:
    rows = MembershipRole.objects.filter(membership__project_id=project_id, role__in=[role.value for role in MEASURED])
    return rows.values("membership_id")


def _members(project_id: int) -> Any:
    roles = Prefetch("roles", queryset=MembershipRole.objects.order_by("role"))
    return Membership.objects.filter(project_id=project_id).prefetch_related(roles)


def _states(project_id: int, member: int | None = None) -> dict[int, list[dict[str, Any]]]:
    """Return {membership: its standing in every top-level category}."""
    names = root_names(project_id)
    rows = Expertise.objects.filter(membership__project_id=project_id)
    if member is not None:
        rows = rows.filter(membership_id=member)
    known_rows = {
        (m, c): (state, weight)
        for m, c, state, weight in rows.values_list("membership_id", "category_id", "state", "weight")
    }

    class _Standing(defaultdict[int, list[dict[str, Any]]]):
        def __missing__(self, key: int) -> list[dict[str, Any]]:
            found = []
            for category, name in names.items():
                state, weight = known_rows.get((key, category), (ExpertiseState.OPEN.value, 1.0))
                found.append({"category": category, "name": name, "state": state, "weight": weight})
            return found

    return _Standing()


class _Table:
    """The figures that a person's row is made of, by user id."""

    def __init__(self, project: Project, facts: Facts, days: list[date]) -> None:
        self.groups = groups_of(facts, "annotator", project.agreement_measure)
        self.place = {key[0]: place for place, key in enumerate(self.groups.keys)}
        self.sparks = _sparks(facts, days)
        begin, end = day_bounds(timezone.localdate())
        today = Annotation.objects.filter(created_at__gte=begin, created_at__lt=end, assignment__project=project)
        today = today.filter(withdrawn=False)
        self.today = dict(today.order_by().values_list("annotator_id").annotate(n=Count("id")))

    def row(self, member: Membership) -> dict[str, Any]:
        """Return a person's row but for the categories."""
        paused = {"at": member.paused_at, "reason": member.pause_reason} if member.paused_at else None
        return {
            "person": member.pk,
            "pseudonym": member.pseudonym,
            "roles": sorted(row.role for row in member.roles.all()),
            "paused": paused,
            "daily_limit": member.daily_limit,
            "today": self.today.get(member.user_id, 0),
            **self._figures(member.user_id),
            "spark": self.sparks.get(member.user_id, [0] * SPARK_DAYS),
        }

    def _figures(self, user: int) -> dict[str, Any]:
        groups, group = self.groups, self.place.get(user)
        if group is None:
            nothing = dict.fromkeys(("seconds_mean", "alpha", "tau", *RATES))
            return {"tasks": 0, "weight": 1.0, **nothing}
        tasks = int(groups.tasks[group])
        return {
            "tasks": tasks,
            "seconds_mean": int(groups.seconds[group]) / tasks if tasks else None,
            "alpha": known(groups.alphas[group]),
            "tau": known(groups.taus[group]),
            "weight": weight_of(groups, group),
            **{name: groups.rate(name, group) for name in RATES},
        }


def weight_of(groups: Groups, group: int) -> float:
    """Return the record of a group's person as a factor for dealing."""
    return record_weight(
        groups.plain("gold", group), groups.plain("agreement", group), groups.plain("rejection", group)
    )


def _sparks(facts: Facts, days: list[date]) -> dict[int, list[int]]:
    """Return {user: tasks on each of the last SPARK_DAYS days, the oldest first}."""
    first = timezone.localdate() - timedelta(days=SPARK_DAYS - 1)
    places = np.array([(day - first).days for day in days], dtype=np.int64)
    place = places[facts.work["day"]] if days else np.zeros(0, dtype=np.int64)
    recent = chosen({**facts.work, "place": place}, (place >= 0) & (place < SPARK_DAYS))
    sparks: dict[int, list[int]] = defaultdict(lambda: [0] * SPARK_DAYS)
    for user, day, tasks in zip(*(recent[name].tolist() for name in ("annotator", "place", "tasks")), strict=True):
        sparks[user][day] += tasks
    return sparks


def person_record(user: User, membership_id: int) -> dict[str, Any]:
    """Return one member in full. Raises NotFound to strangers, Forbidden to members without the right."""
    rows = Membership.objects.select_related("project").prefetch_related("roles")
    member = scoped_get(user, rows, membership_id, Right.SEE_FIGURES)
    project = member.project
    everything, days = facts_read(project.pk)
    facts = own_facts(everything, member.user_id)
    table = _Table(project, facts, days)
    sides = _own_side(facts, member.user_id)
    alpha, tau = _intervals(facts, sides)
    return {
        **table.row(member),
        "alpha_interval": alpha,
        "tau_interval": tau,
        "days": _days(project, facts, days, member.user_id),
        "partners": _partners(project, facts, member.user_id),
        "categories": _categories(project, facts, member),
        "review_gold": _review_gold(member),
    }


def own_facts(facts: Facts, user: int) -> Facts:
    """Return what concerns one person."""
    units = chosen(facts.units, (facts.units["annotator"] == user) | (facts.units["partner"] == user))
    work = chosen(facts.work, facts.work["annotator"] == user)
    outcomes = chosen(facts.outcomes, facts.outcomes["annotator"] == user)
    return Facts(facts.sources, facts.kinds, work, units, outcomes)


def _own_side(facts: Facts, user: int) -> dict[str, Any]:
    sides = both_sides(facts.units, ("annotator", "day", "kind", "count"))
    return chosen(sides, sides["annotator"] == user)


def _intervals(facts: Facts, sides: dict[str, Any]) -> tuple[dict[str, float] | None, dict[str, float] | None]:
    """Return the intervals of alpha and of the mean tau over the latest SAMPLE tasks of a person."""
    latest = np.argsort(-sides["day"], kind="stable")
    kinds = np.repeat(sides["kind"][latest], sides["count"][latest])[:SAMPLE]
    drawn = [facts.kinds[kind] for kind in kinds.tolist()]
    size = 1 + max((rank for kind in drawn for pair in kind for rank in pair), default=0)
    alpha = bootstrap_alpha(np.array([kind_coincidences(kind, size) for kind in drawn]).reshape(-1, size, size))
    values = [tau for tau in map(kind_tau, drawn) if not np.isnan(tau)]
    # A share lies in 0..1, tau in -1..1.
    share = ratio_interval([((tau + 1) / 2, 1.0, values.count(tau)) for tau in sorted(set(values))])
    tau = Interval(2 * share.low - 1, 2 * share.high - 1) if share else None
    return _ends(alpha), _ends(tau)


def _ends(interval: Interval | None) -> dict[str, float] | None:
    return {"low": interval.low, "high": interval.high} if interval else None


def _days(project: Project, facts: Facts, days: list[date], user: int) -> list[dict[str, Any]]:
    groups = groups_of(facts, "annotator_day", project.agreement_measure)
    return [
        {
            "day": days[day],
            "tasks": int(groups.tasks[group]),
            "agreement": groups.rate("agreement", group),
            "gold": groups.rate("gold", group),
            "rejected": groups.rate("rejection", group),
        }
        for group, (annotator, day) in enumerate(groups.keys)
        if annotator == user
    ]


def _partners(project: Project, facts: Facts, user: int) -> list[dict[str, Any]]:
    """Return how a person agrees with each other one, those with the most tasks in common first."""
    members = Membership.objects.filter(project=project)
    people = {user_id: (pk, name) for user_id, pk, name in members.values_list("user_id", "id", "pseudonym")}
    groups = groups_of(facts, "pair", project.agreement_measure)
    rows = []
    for group, (one, other) in enumerate(groups.keys):
        person, pseudonym = people.get(other if one == user else one, (None, ""))
        rows.append(
            {
                "person": person,
                "pseudonym": pseudonym,
                "agreement": groups.rate("agreement", group),
                "alpha": known(groups.alphas[group]),
                "tau": known(groups.taus[group]),
                "n": int(groups.tasks[group]),
            }
        )
    return sorted(rows, key=lambda row: (-row["n"], row["pseudonym"]))


def _categories(project: Project, facts: Facts, member: Membership) -> list[dict[str, Any]]:
    groups = groups_of(facts, "heat", project.agreement_measure)
    place = {category: group for group, (category, user) in enumerate(groups.keys) if user == member.user_id}
    rows = []
    for standing in _states(project.pk, member.pk)[member.pk]:
        group = place.get(standing["category"])
        rows.append(
            {
                **standing,
                "tasks": 0 if group is None else int(groups.tasks[group]),
                "agreement": None if group is None else groups.rate("agreement", group),
                "gold": None if group is None else groups.rate("gold", group),
                "rejected": None if group is None else groups.rate("rejection", group),
            }
        )
    return rows


def _review_gold(member: Membership) -> dict[str, Any] | None:
    """Return how often a reviewer decided as the teams had agreed, on reviews whose right outcome is known."""
    right, n = review_gold_accuracy(member.project_id).get(member.user_id, (0, 0))
    return rate_body([(1.0, 1.0, right), (0.0, 1.0, n - right)], trials=True)
