"""The lines of an import as the check and the write both see them: parsed, and refused where they are there already."""

from collections.abc import Iterator

from django.conf import settings

from annotate.exchange.problems import LineProblem, ProblemCode
from annotate.exchange.prompts_in import BadLine, PromptIn, read_prompts
from annotate.models import ImportJob, Prompt

CHUNK_ROWS = 200
CHUNK_CHARS = 8_000_000


def checked_chunks(job: ImportJob) -> Iterator[list[PromptIn | BadLine]]:
    """Yield every line of a job's file in chunks of bounded size.

    Ids and texts seen earlier are held as hashes only; what is in the project is asked for chunk by chunk.
    """
    seen_ids: dict[int, int] = {}
    seen_texts: dict[int, int] = {}
    for chunk in _chunks(job):
        prompts = [row for row in chunk if isinstance(row, PromptIn)]
        there = _in_project(job, prompts)
        checked: list[PromptIn | BadLine] = []
        for row in chunk:
            problems = _duplicates(row, seen_ids, seen_texts, there) if isinstance(row, PromptIn) else ()
            checked.append(BadLine(row.line, problems) if problems else row)
        yield checked


def _chunks(job: ImportJob) -> Iterator[list[PromptIn | BadLine]]:
    chunk: list[PromptIn | BadLine] = []
    n_chars = 0
    with job.file.open("rb") as file:
        rows = read_prompts(
            file,
            job.filename,
            responses_per_task=job.project.responses_per_task,
            max_bytes=settings.IMPORT_MAX_BYTES,
        )
        for row in rows:
            chunk.append(row)
            n_chars += row.n_chars if isinstance(row, PromptIn) else 0
            if len(chunk) >= CHUNK_ROWS or n_chars >= CHUNK_CHARS:
                yield chunk
                chunk, n_chars = [], 0
    if chunk:
        yield chunk


def _in_project(job: ImportJob, prompts: list[PromptIn]) -> tuple[set[str], set[str]]:
    """Return which ids and which text hashes of `prompts` the project holds already."""
    rows = Prompt.objects.filter(project_id=job.project_id)
    ids = rows.filter(external_id__in=[prompt.external_id for prompt in prompts])
    texts = rows.filter(text_sha256__in=[prompt.text_sha256 for prompt in prompts])
    return set(ids.values_list("external_id", flat=True)), set(texts.values_list("text_sha256", flat=True))


def _duplicates(
    prompt: PromptIn, seen_ids: dict[int, int], seen_texts: dict[int, int], there: tuple[set[str], set[str]]
) -> tuple[LineProblem, ...]:
    problems = []
    checks = (
        (ProblemCode.DUPLICATE_ID, "id", prompt.external_id, seen_ids, there[0]),
        (ProblemCode.DUPLICATE_PROMPT, "prompt", prompt.text_sha256, seen_texts, there[1]),
    )
    for code, field, value, seen, known in checks:
        # Python's own 64-bit hash keeps the memory small; it is salted, so nobody can aim at a collision.
        earlier = seen.setdefault(hash(value), prompt.line)
        if value in known:
            problems.append(LineProblem(prompt.line, code, field, {"where": "project"}))
        elif earlier != prompt.line:
            problems.append(LineProblem(prompt.line, code, field, {"where": "file", "first": earlier}))
    return tuple(problems)
