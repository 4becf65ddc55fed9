"""How fast annotators are served in a small and in a large project: python -m bench.claims

Two real sites on PostgreSQL (DATABASE_URL names the server), one with 1,000 prompts and one with 30,000, five responses
each and two passes: gunicorn with 2 workers of 4 threads, and 8 annotators who claim one task and submit it, again and
again, over HTTP and kept-alive connections. The prompts are ranked in a random order, as a model may rank them. The two
sites take turns in short rounds, in changing order, and figures and ratios are medians over the rounds, so that what
else the machine does meets both. Everything runs on this machine, clients included. Fails if the larger project is more
than 1.3 times as slow by the 95th percentile of claim + submit, or by throughput.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median, quantiles
from uuid import uuid4

from simulator.client import Client
from simulator.site import Site

SIZES = (1_000, 30_000)
CLIENTS, ROUNDS, PAIRS, WARM_UP = 8, 14, 12, 5
MOST_RATIO = 1.3
RESPONSES, CATEGORIES = 5, 10
FILL_BATCH = 1_000
PASSWORD = "a password for benchmarks"
DEFAULT_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True)
class Round:
    """One turn of a site: milliseconds of every claim and of the submit after it, and how long the turn took."""

    claim: list[float]
    submit: list[float]
    seconds: float

    def figures(self) -> dict[str, float]:
        """Everything as a figure of which less is better, so that ratios all mean the same."""
        both = [claim + submit for claim, submit in zip(self.claim, self.submit, strict=True)]
        return {
            "ms per pair, all clients": 1000 * self.seconds / len(both),
            "claim p50 ms": median(self.claim),
            "claim p95 ms": percentile_95(self.claim),
            "submit p50 ms": median(self.submit),
            "submit p95 ms": percentile_95(self.submit),
            "claim + submit p95 ms": percentile_95(both),
        }


TARGETED = ("ms per pair, all clients", "claim + submit p95 ms")


def percentile_95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def names() -> list[str]:
    return [f"annotator-{number}" for number in range(CLIENTS)]


def fill(n_prompts: int) -> None:
    """Fill the empty database of this process's environment. Rows go in directly; only the tasks are set up as ever."""
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.db import connection
    from django.utils import timezone

    from annotate.models import Category, Project, Prompt, Response, User
    from annotate.services.priorities import priorities_write
    from annotate.services.projects import member_set
    from annotate.services.prompts import tasks_set_up

    hashed = make_password(PASSWORD)
    User.objects.bulk_create(User(username=name, password=hashed) for name in ("owner", *names()))
    project = Project.objects.create(name="bench")
    for name in ("owner", *names()):
        member_set(project=project, username=name, roles=["owner" if name == "owner" else "annotator"], actor=None)
    categories = [
        Category.objects.create(project=project, name=f"类别 {n}", path=[f"类别 {n}"], key=f"类别 {n}")
        for n in range(CATEGORIES)
    ]
    now = timezone.now()
    for start in range(0, n_prompts, FILL_BATCH):
        prompts = Prompt.objects.bulk_create(
            Prompt(
                project=project,
                category=categories[n % CATEGORIES],
                external_id=str(n),
                text=f"第 {n} 题：" + "请说明理由。" * 30,
                text_sha256=f"{n:064d}",
                source="open",
                subset="open",
                state="imported",
                state_at=now,
            )
            for n in range(start, min(start + FILL_BATCH, n_prompts))
        )
        Response.objects.bulk_create(
            Response(prompt=prompt, ring_index=k, model=f"m{k}", text=f"回答 {k}。" * 90, text_sha256=f"{k:064d}")
            for prompt in prompts
            for k in range(RESPONSES)
        )
    tasks_set_up(project=project)
    # As after a ranking: slots are dealt in another order than that of their ids.
    orders = [list(category.prompts.order_by("pk").values_list("pk", flat=True)) for category in categories]
    for order in orders:
        Random(0).shuffle(order)
    priorities_write(project=project, orders=orders, arms={}, actor=None)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def annotate(person: Client, project: int, n_pairs: int) -> Iterator[tuple[float, float]]:
    """Claim and submit `n_pairs` times; yield the milliseconds of both."""
    for _ in range(n_pairs):
        begin = time.perf_counter()
        slot = person.post(f"projects/{project}/assignments/claim", {"count": 1})["assignments"][0]
        claimed = time.perf_counter()
        shown = [response["id"] for response in slot["responses"]]
        answer = {
            "token": slot["token"],
            "idempotency_key": str(uuid4()),
            "scores": {str(response): 4 - place for place, response in enumerate(shown)},
            "order": [[response] for response in shown],
            "seconds": 60,
        }
        sending = time.perf_counter()
        person.post(f"assignments/{slot['id']}/submit", answer)
        yield 1000 * (claimed - begin), 1000 * (time.perf_counter() - sending)


def one_round(people: list[Client], project: int, n_pairs: int) -> Round:
    begin = time.perf_counter()
    with ThreadPoolExecutor(len(people)) as pool:
        done = list(pool.map(lambda person: list(annotate(person, project, n_pairs)), people))
    seconds = time.perf_counter() - begin
    claims, submits = zip(*(pair for pairs in done for pair in pairs), strict=True)
    return Round(list(claims), list(submits), seconds)


def open_site(stack: ExitStack, n_prompts: int) -> tuple[list[Client], int]:
    """Return eight annotators who are logged in at a site with `n_prompts` prompts, and its project."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cheems-bench-")))
    server = {"DATABASE_URL": os.environ.get("DATABASE_URL", DEFAULT_SERVER), "CELERY_BROKER_URL": ""}
    site = stack.enter_context(Site(folder, os.environ | server))
    site.manage("migrate", "--noinput", "--verbosity", "0")
    begin = time.perf_counter()
    command = [sys.executable, "-m", "bench.claims", "--fill", str(n_prompts)]
    site.start("fill", command, {"DJANGO_SETTINGS_MODULE": "annotation_site.settings"}).wait()
    site.start_web()
    people = [stack.enter_context(Client(site.address, name)) for name in names()]
    for person in people:
        person.log_in(PASSWORD)
    print(f"{n_prompts:,} prompts set up in {time.perf_counter() - begin:.0f} s", flush=True)
    return people, people[0].get("projects")["results"][0]["id"]


def table(rounds: dict[int, list[Round]]) -> float:
    """Print the figures of both sizes side by side; return the worse of the two ratios that have a target."""
    small, large = ([turn.figures() for turn in turns] for turns in rounds.values())
    print(f"{'':<28}" + "".join(f"{f'{size:,} prompts':>16}" for size in rounds) + f"{'ratio':>8}")
    ratios = {}
    for name in small[0]:
        ratios[name] = median(b[name] / a[name] for a, b in zip(small, large, strict=True))
        first, second = (median(figures[name] for figures in side) for side in (small, large))
        print(f"{name:<28}{first:>16.1f}{second:>16.1f}{ratios[name]:>8.2f}")
        if "all clients" in name:
            print(f"{'pairs per second':<28}{1000 / first:>16.1f}{1000 / second:>16.1f}")
    return max(ratios[name] for name in TARGETED)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.claims", description=__doc__)
    parser.add_argument("--fill", type=int, metavar="N", help="used by the benchmark itself, in a child process")
    given = parser.parse_args()
    if given.fill:
        fill(given.fill)
        return 0
    with ExitStack() as stack:
        sites = {size: open_site(stack, size) for size in SIZES}
        for people, project in sites.values():
            one_round(people, project, WARM_UP)
        rounds: dict[int, list[Round]] = {size: [] for size in SIZES}
        for number in range(ROUNDS):
            for size in SIZES if number % 2 else reversed(SIZES):
                rounds[size].append(one_round(*sites[size], PAIRS))
    print(f"{CLIENTS} clients, {ROUNDS} rounds of {CLIENTS * PAIRS} pairs at each size, on {os.cpu_count()} cores")
    ratio = table(rounds)
    print(f"larger / smaller {ratio:.2f}, target at most {MOST_RATIO}")
    return 0 if ratio <= MOST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
