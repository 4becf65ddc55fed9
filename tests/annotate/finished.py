"""Prompts that have already been compared and ranked, made in bulk for what comes after annotation."""

from collections.abc import Sequence
from itertools import combinations

from django.db import connection
from django.utils import timezone

from annotate.domain.graph import rank_prompt
from annotate.domain.ranking import ordered_pairs
from annotate.domain.types import Comparison as Compared
from annotate.domain.types import verdict_of_tiers
from annotate.exchange.prompts_in import text_sha256
from annotate.models import Category, Comparison, Project, Prompt, Ranking, Response

BATCH = 500
WORDS = ("光合作用", "相对论", "红楼梦", "快速排序", "量子纠缠", "宋词", "货币政策", "细胞分裂", "微积分", "丝绸之路")


def texts(n: int, start: int = 0) -> list[str]:
    """Return prompts of which no two are near-duplicates."""
    return [f"{WORDS[i % 10]}{i * 7919}与{WORDS[i // 10 % 10]}{i * 104729}的关系" for i in range(start, start + n)]


def add_accepted(
    project: Project,
    texts: Sequence[str],
    *,
    category: str = "数学",
    source: str = "open",
    tiers: Sequence[int] = (0, 1, 2),
    tag: str = "a",
    agreement: float = 1.0,
) -> list[Prompt]:
    """Return accepted prompts, one response for each of `tiers` (0 the best), every pair compared by a judge."""
    leaf, _ = Category.objects.get_or_create(
        project=project, key=category, defaults={"name": category, "path": [category]}
    )
    prompts = Prompt.objects.bulk_create(
        (
            Prompt(
                project=project,
                category=leaf,
                external_id=f"{tag}{index}",
                text=text,
                text_sha256=text_sha256(text),
                source=source,
                subset="human" if source == "human" else "open",
                state="accepted",
                state_at=timezone.now(),
                agreement=agreement,
            )
            for index, text in enumerate(texts)
        ),
        batch_size=BATCH,
    )
    for start in range(0, len(prompts), BATCH):
        batch = prompts[start : start + BATCH]
        rank(batch, _responses(batch, tiers), tiers)
    return prompts


def _responses(prompts: Sequence[Prompt], tiers: Sequence[int]) -> list[Response]:
    return Response.objects.bulk_create(
        Response(
            prompt=prompt,
            ring_index=place,
            model=f"secret-model-{place}",
            text=f"{prompt.external_id} 的第 {place} 个回答" + "。" * tier,
            text_sha256=str(place),
        )
        for prompt in prompts
        for place, tier in enumerate(tiers)
    )


def rank(prompts: Sequence[Prompt], responses: Sequence[Response], tiers: Sequence[int]) -> None:
    """Compare and rank `responses`, which are those of `prompts` in order, as many for each as there are `tiers`."""
    n = len(tiers)
    comparisons, rankings = [], []
    for number, prompt in enumerate(prompts):
        own = [response.pk for response in responses[number * n : (number + 1) * n]]
        said = [Compared(own[a], own[b], verdict_of_tiers(tiers[a], tiers[b])) for a, b in combinations(range(n), 2)]
        comparisons += [
            Comparison(prompt=prompt, response_a_id=one.a, response_b_id=one.b, verdict=one.verdict, kind="judge")
            for one in said
        ]
        ranking = rank_prompt(own, said)
        rankings.append(
            Ranking(
                prompt=prompt,
                tiers=ranking.tiers,
                merged=ranking.merged,
                n_comparisons=len(said),
                n_conflicts=0,
                n_ordered_pairs=len(ordered_pairs(ranking.tiers)),
            )
        )
    Comparison.objects.bulk_create(comparisons, batch_size=1000)
    Ranking.objects.bulk_create(rankings)


def refuse_inserts(table: str, condition: str, message: str) -> None:
    """Make the database itself refuse rows of `table` for which `condition` on NEW holds, until the test ends."""
    head = f"CREATE TRIGGER broken BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition})"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{message}'); END")
        else:
            raising = f"BEGIN RAISE EXCEPTION '{message}'; END"
            cursor.execute(f"CREATE FUNCTION broken() RETURNS trigger AS $$ {raising} $$ LANGUAGE plpgsql")
            cursor.execute(f"{head} EXECUTE FUNCTION broken()")


def accept_inserts(table: str) -> None:
    """Lift refuse_inserts."""
    drop_trigger("broken", table)


def drop_trigger(name: str, table: str) -> None:
    """Drop a trigger; the transaction of the test brings those of the migrations back."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
