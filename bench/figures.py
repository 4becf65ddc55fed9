"""How fast the QA lead's pages are served at full size: python -m bench.figures

One project on PostgreSQL (DATABASE_URL names the server) with 27,861 prompts, 150,000 responses, 300,000 annotations
by 60 people in 10 categories from 6 sources over 120 days, gold, repeats, reviews and rejections among them. The
figures are counted once, as after an upgrade, and once more for a single day, as the worker does every half minute;
then every address of the dashboards is asked 50 times in this process. Fails if the 95th percentile of any is above
300 ms.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from annotate.domain.dealing import UNRANKED
from simulator.servers import fresh_database

PROMPTS, PEOPLE, CATEGORIES, SOURCES, DAYS = 27_861, 60, 10, 6, 120
CALLS, BUDGET_MS = 50, 300.0
DEFAULT_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
# By place in the project, from the oldest prompt on: what share of it has got how far.
STATES = (
    (0.90, "accepted"),
    (0.92, "delivery_review"),
    (0.94, "operations_review"),
    (0.95, "research_review"),
    (0.97, "discussion"),
    (0.98, "escalated_delivery"),
    (0.985, "escalated_operations"),
    (1.0, "annotating"),
)
RANKED = "('accepted', 'delivery_review', 'operations_review', 'research_review')"

# What there is a hundred thousand of is made by the database itself.
MASS = {
    "responses": """
        INSERT INTO annotate_response (prompt_id, ring_index, model, text, text_sha256, discarded)
        SELECT p.id, k, 'm' || k, repeat('回答', 200), md5(p.id || '-' || k), false
        FROM annotate_prompt p, generate_series(0, 5) k
        WHERE k < 5 + (p.id % 13 < 5)::int ORDER BY p.id, k""",
    "tasks": """
        WITH r AS (
            SELECT prompt_id, array_agg(id ORDER BY ring_index) ids, count(*)::int n
            FROM annotate_response GROUP BY prompt_id)
        INSERT INTO annotate_task (prompt_id, index, responses, retired)
        SELECT prompt_id, k, jsonb_build_array(ids[k + 1], ids[(k + 1) % n + 1], ids[(k + 2) % n + 1]), false
        FROM r, generate_series(0, n - 1) k ORDER BY prompt_id, k""",
    "slots": f"""
        INSERT INTO annotate_assignment (project_id, prompt_id, task_id, category_id, kind, handle, place, pass_number,
            state, annotator_id, token, display_order)
        SELECT p.project_id, p.id, t.id, p.category_id, 'work', (random() * 4e15)::bigint, {UNRANKED} + p.id, pass,
            CASE WHEN done THEN 'submitted' ELSE 'open' END, CASE WHEN done THEN u.id END, done::int, t.responses
        FROM annotate_task t JOIN annotate_prompt p ON p.id = t.prompt_id
        CROSS JOIN generate_series(1, 2) pass
        CROSS JOIN LATERAL (SELECT p.state <> 'annotating' OR pass = 1 AS done) d
        JOIN bench_person u ON u.place = (p.id * 7 + CASE WHEN pass = 1 THEN (t.index % 2) * (1 + p.id % 19)
            ELSE 20 + p.id % 20 + (t.index % 2) * 20 END) % (SELECT count(*) FROM bench_person)
        ORDER BY t.id, pass""",
    "seats": """
        INSERT INTO annotate_seat (prompt_id, annotator_id, pass_number)
        SELECT DISTINCT ON (prompt_id, annotator_id) prompt_id, annotator_id, pass_number
        FROM annotate_assignment WHERE state = 'submitted' AND kind = 'work'""",
    "measuring slots": """
        INSERT INTO annotate_assignment (project_id, prompt_id, task_id, category_id, kind, handle, place, state,
            annotator_id, token, display_order)
        SELECT project_id, prompt_id, task_id, category_id, CASE WHEN random() < 5.0 / 7 THEN 'gold' ELSE 'repeat' END,
            (random() * 4e15)::bigint, place, 'submitted', annotator_id, 1, display_order
        FROM annotate_assignment WHERE state = 'submitted' AND random() < 0.07""",
    "ratings": """
        CREATE TEMP TABLE bench_rating AS
        SELECT a.id slot, r.response::bigint response, greatest(0, least(5, round(
            2.5 + (hashtext(r.response) % 100) / 50.0 + (random() - 0.5) * 3)))::int score
        FROM annotate_assignment a, jsonb_array_elements_text(a.display_order) r(response)
        WHERE a.state = 'submitted'""",
    "annotations": """
        WITH tier AS (
            SELECT slot, score, jsonb_agg(response) responses, jsonb_object_agg(response, score) scores
            FROM bench_rating GROUP BY slot, score),
        said AS (SELECT slot, jsonb_agg(responses ORDER BY score DESC) tiers FROM tier GROUP BY slot),
        scored AS (SELECT slot, jsonb_object_agg(response, score) scores FROM bench_rating GROUP BY slot)
        INSERT INTO annotate_annotation (assignment_id, current, annotator_id, idempotency_key, scores, "order",
            discarded, display_order, notes, evidence, none_acceptable, withdrawn, seconds, created_at)
        SELECT a.id, true, a.annotator_id, gen_random_uuid(), scored.scores, said.tiers, '[]', a.display_order, '',
            '[]', false, false,
            30 + random() * 300, p.created_at + interval '1 hour' * (1 + coalesce(a.pass_number, 3) + random())
        FROM said JOIN scored USING (slot) JOIN annotate_assignment a ON a.id = said.slot
        JOIN annotate_prompt p ON p.id = a.prompt_id ORDER BY a.id""",
    "comparisons": """
        INSERT INTO annotate_comparison (prompt_id, task_id, annotation_id, response_a_id, response_b_id, verdict, kind,
            author_id, pass_number, position_a, position_b, current, final, created_at)
        SELECT a.prompt_id, a.task_id, n.id, x.response, y.response,
            CASE WHEN x.score > y.score THEN 'a' WHEN x.score < y.score THEN 'b' ELSE 'equal' END, 'human',
            a.annotator_id, a.pass_number, 0, 1, true, true, n.created_at
        FROM annotate_annotation n JOIN annotate_assignment a ON a.id = n.assignment_id AND a.kind = 'work'
        JOIN bench_rating x ON x.slot = a.id JOIN bench_rating y ON y.slot = a.id AND x.response < y.response
        ORDER BY n.id""",
    "rankings": f"""
        WITH mean AS (
            SELECT prompt_id, response, round(avg(score))::int tier
            FROM bench_rating JOIN annotate_assignment a ON a.id = slot GROUP BY prompt_id, response),
        tiers AS (SELECT prompt_id, tier, jsonb_agg(response) responses FROM mean GROUP BY prompt_id, tier),
        whole AS (SELECT prompt_id, jsonb_agg(responses ORDER BY tier DESC) tiers FROM tiers GROUP BY prompt_id),
        wrong AS (
            SELECT c.prompt_id, count(*) n, count(*) FILTER (WHERE c.verdict <>
                CASE WHEN x.tier > y.tier THEN 'a' WHEN x.tier < y.tier THEN 'b' ELSE 'equal' END) against
            FROM annotate_comparison c JOIN mean x ON x.prompt_id = c.prompt_id AND x.response = c.response_a_id
            JOIN mean y ON y.prompt_id = c.prompt_id AND y.response = c.response_b_id GROUP BY c.prompt_id)
        INSERT INTO annotate_ranking
            (prompt_id, tiers, merged, n_comparisons, n_conflicts, n_ordered_pairs, computed_at)
        SELECT p.id, whole.tiers, '[]', wrong.n, wrong.against, 7, p.created_at + interval '5 hours'
        FROM whole JOIN wrong USING (prompt_id) JOIN annotate_prompt p ON p.id = whole.prompt_id
        WHERE p.state IN {RANKED}""",
    "gold items": """
        INSERT INTO annotate_golditem (project_id, task_id, category_id, reference, reason, in_exam, hidden, active,
            created_at)
        SELECT a.project_id, a.task_id, a.category_id, '[]', '理由', false, true, true, now()
        FROM annotate_assignment a WHERE a.kind = 'gold' GROUP BY 1, 2, 3""",
    "probes": """
        INSERT INTO annotate_probe (assignment_id, project_id, annotator_id, kind, gold_id, repeats_id, n_comparisons,
            n_same, answered_at)
        SELECT a.id, a.project_id, a.annotator_id, a.kind, g.id, CASE WHEN a.kind = 'repeat' THEN w.id END, 3,
            floor(random() * 2 + 2), n.created_at
        FROM annotate_assignment a JOIN annotate_annotation n ON n.assignment_id = a.id
        LEFT JOIN annotate_golditem g ON g.task_id = a.task_id AND a.kind = 'gold'
        JOIN annotate_assignment o ON o.task_id = a.task_id AND o.kind = 'work' AND o.annotator_id = a.annotator_id
        JOIN annotate_annotation w ON w.assignment_id = o.id
        WHERE a.kind IN ('gold', 'repeat')""",
    "reviews": f"""
        INSERT INTO annotate_review (prompt_id, project_id, stage, kind, state, round, handle, shown, reviewer_id,
            reason, opened_at, closed_at)
        SELECT p.id, p.project_id, stage, 'work', CASE WHEN p.state = stage || '_review' THEN 'waiting'
                WHEN random() < 0.05 THEN 'rejected' ELSE 'approved' END, 1,
            (random() * 4e15)::bigint, c.shown, CASE WHEN p.state <> stage || '_review' THEN u.id END, '理由',
            p.created_at + interval '6 hours',
            CASE WHEN p.state <> stage || '_review' THEN p.created_at + interval '8 hours' END
        FROM annotate_prompt p CROSS JOIN (VALUES ('delivery'), ('operations'), ('research')) s(stage)
        JOIN (SELECT prompt_id, jsonb_agg(id) shown FROM annotate_comparison GROUP BY prompt_id) c ON c.prompt_id = p.id
        CROSS JOIN (SELECT id FROM annotate_user WHERE username = 'reviewer') u
        WHERE p.state = stage || '_review' OR p.state IN {RANKED} AND random() < 0.3""",
    "rejections": """
        INSERT INTO annotate_rejection (review_id, assignment_id, annotation_id, reason, spans, return_to, created_at)
        SELECT DISTINCT ON (c.annotation_id) r.id, n.assignment_id, n.id, '理由', '[]', 'same', r.closed_at
        FROM annotate_review r JOIN annotate_comparison c ON c.id = (r.shown ->> 0)::bigint
        JOIN annotate_annotation n ON n.id = c.annotation_id WHERE r.state = 'rejected'""",
    "discussions": """
        INSERT INTO annotate_discussion (prompt_id, state, opened_at, due_at)
        SELECT id, 'open', created_at, created_at + interval '400 days' FROM annotate_prompt
        WHERE state = 'discussion'""",
    "log": """
        INSERT INTO annotate_event (project_id, prompt_id, actor_id, kind, subject, subject_id, before, after, reason,
            data, at)
        SELECT a.project_id, a.prompt_id, a.annotator_id, 'assignment_submit', 'assignment', a.id, 'leased',
            'submitted', '', '{}', n.created_at
        FROM annotate_annotation n JOIN annotate_assignment a ON a.id = n.assignment_id""",
}


def fill(n_prompts: int) -> Any:
    """Fill the empty database with a project and return it."""
    from django.db import connection

    project, people = _project(n_prompts)
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("CREATE TEMP TABLE bench_person (place int, id bigint)")
        cursor.executemany("INSERT INTO bench_person VALUES (%s, %s)", list(enumerate(people)))
        for name, statement in MASS.items():
            begin = time.perf_counter()
            cursor.execute(statement)
            print(f"  {name:<16}{cursor.rowcount:>10,}{time.perf_counter() - begin:>8.1f} s", flush=True)
        cursor.execute("DROP TABLE bench_person, bench_rating")
        cursor.execute("RESET work_mem")
        cursor.execute("VACUUM ANALYZE")
    return project


def _project(n_prompts: int) -> tuple[Any, list[int]]:
    """Create a project with its people, categories and prompts; return it and its annotators' ids."""
    from django.utils import timezone

    from annotate.domain.states import RoleName
    from annotate.models import Category, Project, Prompt, User
    from annotate.services.projects import member_set

    project = Project.objects.create(name="bench")
    names = ["owner", "reviewer", *(f"annotator-{number}" for number in range(PEOPLE))]
    roles = {"owner": RoleName.OWNER, "reviewer": RoleName.DELIVERY_REVIEWER}
    users = User.objects.bulk_create(User(username=name, password="!") for name in names)
    for name in names:
        member_set(project=project, username=name, roles=[roles.get(name, RoleName.ANNOTATOR)], actor=None)
    categories = [
        Category.objects.create(project=project, name=f"类别 {n}", path=[f"类别 {n}"], key=f"类别 {n}")
        for n in range(CATEGORIES)
    ]
    now = timezone.now()
    Prompt.objects.bulk_create(
        (
            Prompt(
                project=project,
                category=categories[n % CATEGORIES],
                external_id=str(n),
                text=f"第 {n} 题：" + "请说明理由。" * 30,
                text_sha256=f"{n:064d}",
                source=f"来源 {n % 7 % SOURCES}",
                subset="open",
                state=next(state for share, state in STATES if n < share * n_prompts),
                agreement=(n % 16) / 15,
                n_differing=15 - n % 16,
                rounds=1,
                state_at=now,
            )
            for n in range(n_prompts)
        ),
        batch_size=2_000,
    )
    _spread(n_prompts, now)
    return project, [user.pk for user in users[2:]]


def _spread(n_prompts: int, now: Any) -> None:
    """Spread the prompts over the days, the last of which is today."""
    from django.db import connection

    first = now - timedelta(days=DAYS - 1, hours=10)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotate_prompt SET created_at = %s + interval '1 day' * (external_id::int * %s / %s), "
            "state_at = %s + interval '1 day' * (external_id::int * %s / %s)",
            [first, DAYS, n_prompts, first, DAYS, n_prompts],
        )


def addresses(project: int, person: int, category: int, last_month: str) -> Iterator[tuple[str, str]]:
    """Yield (who asks, address) of every dashboard."""
    for by in ("day", "category", "source", "annotator", "pair", "heat"):
        yield "owner", f"projects/{project}/statistics?by={by}"
    for by in ("annotator", "pair", "heat"):
        yield "owner", f"projects/{project}/statistics?by={by}&from={last_month}"
    yield "owner", f"projects/{project}/statistics?by=annotator&category={category}&source=来源 1"
    yield "owner", f"projects/{project}/people"
    yield "owner", f"people/{person}"
    yield "annotator-7", f"projects/{project}/my-figures"
    yield "owner", f"projects/{project}/figures"
    yield "owner", f"projects/{project}/protocol"
    yield "owner", f"projects/{project}/categories"
    yield "owner", f"projects/{project}/queues"
    for reviewer in ("owner", "reviewer"):
        yield reviewer, f"projects/{project}/disputes"
        yield reviewer, f"projects/{project}/reviews"
    yield "owner", f"projects/{project}/discussions"
    yield "annotator-7", f"projects/{project}/discussions"
    yield "annotator-7", f"projects/{project}/my-returned"
    yield "owner", f"projects/{project}/gold"


def percentile_95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def ask(client: Any, address: str, calls: int) -> list[float] | int:
    """Return the milliseconds of each call, or the status of an answer that is not 200."""
    taken = []
    for _ in range(calls + 1):
        begin = time.perf_counter()
        answer = client.get(f"/api/{address}")
        taken.append(1000 * (time.perf_counter() - begin))
        if answer.status_code != 200:
            return int(answer.status_code)
    return taken[1:]


def timed(name: str, work: Callable[[], Any]) -> Any:
    begin = time.perf_counter()
    result = work()
    print(f"{name}: {time.perf_counter() - begin:.1f} s ({result})", flush=True)
    return result


def measure(project: Any, calls: int) -> float:
    """Print a line for each address; return the worst 95th percentile, infinite if one does not answer."""
    from django.test import Client
    from django.utils import timezone

    from annotate.models import Category, Membership, User

    clients: dict[str, Client] = {}
    person = Membership.objects.get(project=project, user__username="annotator-7").pk
    category = Category.objects.filter(project=project).earliest("id").pk
    last_month = (timezone.localdate() - timedelta(days=30)).isoformat()
    worst = 0.0
    print(f"{'address':<74}{'p50 ms':>8}{'p95 ms':>8}{'of 300':>8}")
    for who, address in addresses(project.pk, person, category, last_month):
        if who not in clients:
            clients[who] = Client(headers={"host": "localhost"})
            clients[who].force_login(User.objects.get(username=who))
        taken = ask(clients[who], address, calls)
        if isinstance(taken, int):
            print(f"{address:<74} answers {taken}", flush=True)
            worst = float("inf")
            continue
        p95 = percentile_95(taken)
        worst = max(worst, p95)
        print(f"{address:<74}{median(taken):>8.0f}{p95:>8.0f}{p95 / BUDGET_MS:>8.2f}", flush=True)
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.figures", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size, for trying things out")
    parser.add_argument("--calls", type=int, default=CALLS)
    given = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(os.environ.get("DATABASE_URL", DEFAULT_SERVER)))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cheems-bench-"))
        os.environ |= {
            "DATABASE_URL": url,
            "CELERY_BROKER_URL": "",
            "SECRET_KEY": "for a benchmark only",
            "ALLOWED_HOSTS": "localhost",
            "CHEEMS_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "annotation_site.settings",
            "LOG_LEVEL": "ERROR",
        }
        return _run(given.scale, given.calls)


def _run(scale: float, calls: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.urls import get_resolver

    from annotate.services.figures import day_touch, figures_check, figures_recount, figures_refresh

    call_command("migrate", verbosity=0)
    # The views are imported now, not by the first call.
    assert get_resolver().url_patterns
    project = fill(round(PROMPTS * scale))
    timed("all days counted", lambda: f"{figures_recount(project=project)} days")
    day_touch(project_id=project.pk)
    timed("one day counted", lambda: f"{figures_refresh()} day")
    if scale < 1:
        timed("checked against a recount", lambda: f"{len(list(figures_check(project=project)))} rows differ")
    day_touch(project_id=project.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    worst = measure(project, calls)
    connection.close()
    print(f"{os.cpu_count()} cores; slowest p95 {worst:.0f} ms, target at most {BUDGET_MS:.0f} ms")
    return 0 if worst <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
