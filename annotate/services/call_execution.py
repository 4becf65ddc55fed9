"""How a worker carries a run of calls out: one thread for the database, a crew of others that ask.

Every round is one short transaction: it beats, stores the answers that have come, and records the next calls as started
before any of them is sent. So a finished call is never sent again, its cost is counted in the very transaction that
stores it, and what a killed worker had under way is known: it is planned again, its cost noted as possibly paid.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Generic
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from annotate.domain.budget import Budget, Cost
from annotate.domain.states import CallOutcome, CallRunState, CallState
from annotate.judges.chat import Answer
from annotate.judges.crew import Crew, Question
from annotate.services.call_runs import AnyRun, call_run_fail, call_run_move, call_run_release
from annotate.services.call_work import C, CallWork, Source, answer_take
from annotate.services.jobs import JobTaken, failure_reason, job_beat, job_kept_alive

logger = logging.getLogger(__name__)

ROUND_SECONDS = 0.1
MOST_ANSWERS = 1000
PLAN_PROMPTS = 50
# Calls recorded as started beyond those that are asked at once, in calls asked at once: enough to keep the crew busy
# until the next round, few enough that a kill leaves little in doubt.
MOST_AHEAD = 3
FEWEST_IN_A_ROW = 3
STORED = (
    "state", "outcome", "detail", "answers", "tries", "unsure", "prompt_tokens", "completion_tokens", "cost_micros",
    "seconds", "finished_at",
)  # fmt: skip
MONEY = (
    "spent_micros", "spent_tokens", "reserved_micros", "reserved_tokens", "unsure_micros", "unsure_tokens", "n_unsure",
)  # fmt: skip
COUNTS = ("n_done", "n_failed", "outcomes", "n_answers", "answer_seconds")
# One of these means that every other call would end so, too.
FATAL = (CallOutcome.WRONG_KEY, CallOutcome.NOT_FOUND)
OUT_OF_SERVICE = (
    CallOutcome.CONNECTION,
    CallOutcome.TIMEOUT,
    CallOutcome.SERVER_ERROR,
    CallOutcome.RATE_LIMITED,
    CallOutcome.REJECTED,
    CallOutcome.MALFORMED,
    CallOutcome.TOO_LARGE,
)


class Ending(Enum):
    """Why a run does not go on."""

    ALL_DONE = "all_done"
    OUT_OF_BUDGET = "out_of_budget"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    BROKEN = "broken"


def call_run_take(run: AnyRun) -> str | None:
    """Take a queued run and return the claim; None if it is not queued, or somebody else was faster."""
    worker = uuid4().hex
    taken = call_run_move(
        run,
        "start",
        worker=worker,
        heartbeat_at=timezone.now(),
        started_at=Coalesce("started_at", Now()),
        attempts=F("attempts") + 1,
    )
    return worker if taken else None


def call_run_execute(*, run: AnyRun, work: CallWork[Any], stored: Sequence[str], stopping: Callable[[], bool]) -> None:
    """Carry out a queued run to its end; do nothing if it is not queued.

    stored: columns of a call that only this kind of run has. `stopping` tells whether this worker is to shut down.
    """
    worker = call_run_take(run)
    if worker is None:
        logger.info("%s %s is not queued; nothing to do.", type(run).__name__, run.pk)
        return
    try:
        _Execution(run, work, worker, (*STORED, *stored), stopping).carry_out()
    except JobTaken:
        logger.warning("%s %s is no longer ours.", type(run).__name__, run.pk)
    except (OperationalError, InterfaceError):
        # The database is what failed, not the run: the reaper queues it again, and it goes on where it was.
        raise
    # Broad on purpose: a bug of ours must end on the run's page; what was under way is settled by whoever resumes it.
    except Exception as error:
        logger.exception("%s %s failed.", type(run).__name__, run.pk)
        run.refresh_from_db()
        call_run_fail(run, held_by=worker, code="worker_error", message=failure_reason(error))
        raise


class _Execution(Generic[C]):
    """One worker's hold on one run, from taking it to letting it go."""

    def __init__(
        self, run: AnyRun, work: CallWork[C], worker: str, stored: Sequence[str], stopping: Callable[[], bool]
    ) -> None:
        self.run, self.worker = run, worker
        self.work: CallWork[C] = work
        self._stored, self._stopping = stored, stopping
        self._sources: dict[str, Source] = {}
        self._under_way: dict[int, Cost] = {}
        self._in_a_row: Counter[str] = Counter()
        self._ending: Ending | None = None
        self._broken = ("", "")
        self._heard = 0.0
        self._last_round = 0.0
        self._n_answered = 0

    def carry_out(self) -> None:
        self._recover()
        if not self._sources_ready():
            return
        self._choose()
        self._needless_remove()
        with Crew[C]({name: source.berth for name, source in self._sources.items()}) as crew:
            while self._under_way or self._ending is None:
                self._round(crew)
        self._conclude()

    @property
    def _rows(self) -> Any:
        return type(self.run)._default_manager.filter(state=CallRunState.RUNNING)

    def _beat(self, **columns: Any) -> None:
        job_beat(rows=self._rows, job_id=self.run.pk, worker=self.worker, **columns)
        self._heard = time.monotonic()

    @transaction.atomic
    def _recover(self) -> None:
        """Plan again what an earlier worker had under way, and note that it may have been paid."""
        run = self.run
        run.unsure_micros += run.reserved_micros
        run.unsure_tokens += run.reserved_tokens
        run.reserved_micros = run.reserved_tokens = 0
        lost = self.work.calls.filter(state=CallState.STARTED)
        run.n_unsure += lost.update(state=CallState.PLANNED, unsure=F("unsure") + 1)
        self._beat(**self._money())

    def _sources_ready(self) -> bool:
        """Look the keys up; a run whose key is not there ends before it asks anything."""
        missing: list[str] = []

        def key(variable: str) -> str:
            if variable and not os.environ.get(variable):
                missing.append(variable)
            return os.environ.get(variable, "") if variable else ""

        self._sources = self.work.sources(key)
        if missing:
            message = f"The environment variable {', '.join(missing)} is not set for the workers."
            call_run_fail(self.run, held_by=self.worker, code="key_missing", message=message)
        return not missing

    def _choose(self) -> None:
        """Choose the prompts, once."""
        run = self.run
        if run.prompt_ids is None:
            with job_kept_alive(rows=self._rows, job_id=run.pk, worker=self.worker):
                run.prompt_ids = self.work.choose()
            run.n_prompts = len(run.prompt_ids)
            self._beat(prompt_ids=run.prompt_ids, n_prompts=run.n_prompts)

    @transaction.atomic
    def _plan(self) -> None:
        """Make the calls of the next prompts, going on where an earlier worker was cut off.

        Some prompts a round, so that the first calls are asked while the last are still being written.
        """
        run = self.run
        chunk = (run.prompt_ids or [])[run.n_prompts_planned : run.n_prompts_planned + PLAN_PROMPTS]
        run.n_calls += self.work.plan(chunk)
        run.n_prompts_planned += len(chunk)
        self._beat(n_calls=run.n_calls, n_prompts_planned=run.n_prompts_planned)

    @transaction.atomic
    def _needless_remove(self) -> None:
        """Take away what was planned before the prompts went another way; what has been asked stays."""
        removed, _by_model = self.work.needless().filter(tries=0, unsure=0).delete()
        if removed:
            self.run.n_calls -= removed
            self._beat(n_calls=self.run.n_calls)

    def _round(self, crew: Crew[C]) -> None:
        """Take what has been answered, store it, and hand in what is asked next."""
        answers = self._taken(crew)
        if self._ending is None and self._stopping():
            self._ending = Ending.INTERRUPTED
        if self._ending is None and self.run.n_prompts_planned < self.run.n_prompts:
            self._plan()
        with transaction.atomic():
            if answers or time.monotonic() - self._heard > settings.JOB_HEARTBEAT_SECONDS:
                self._store([self._settle(question, answer) for question, answer in answers])
            questions = self._started() if self._ending is None else []
            if questions:
                self._beat(**self._money())
        if self._ending not in (None, Ending.ALL_DONE, Ending.OUT_OF_BUDGET):
            crew.halt()
        crew.ask(questions)
        self.work.between()

    def _taken(self, crew: Crew[C]) -> list[tuple[Question[C], Answer | None]]:
        """Return the answers of one round: wait for a first one, then let the round become full."""
        wait = min(1.0, settings.JOB_HEARTBEAT_SECONDS or 1.0) if self._under_way else 0.0
        answers = crew.answers(wait, MOST_ANSWERS)
        rest = self._last_round + ROUND_SECONDS - time.monotonic()
        if answers and rest > 0:
            time.sleep(rest)
        answers += crew.answers(0, MOST_ANSWERS)
        self._last_round = time.monotonic()
        self._n_answered = len(answers)
        return answers

    def _settle(self, question: Question[C], answer: Answer | None) -> C:
        """Take one answer into account; nothing is stored yet."""
        call, run = question.about, self.run
        bound = self._under_way.pop(call.pk)
        run.reserved_micros -= bound.micros
        run.reserved_tokens -= bound.tokens
        if answer is None or answer.outcome in FATAL:
            if answer is not None:
                self._break(answer.outcome, answer.detail)
            call.state, call.tries = CallState.PLANNED, call.tries - 1
            return call
        settled = answer_take(self.work, self._sources[question.endpoint], question, answer, bound)
        run.spent_micros += settled.spent.micros
        run.spent_tokens += settled.spent.tokens
        if settled.unsure != Cost():
            run.unsure_micros += settled.unsure.micros
            run.unsure_tokens += settled.unsure.tokens
            run.n_unsure += 1
        self._watch(question.endpoint, answer)
        if call.state in (CallState.DONE, CallState.FAILED):
            self._count(call, answer)
        return call

    def _count(self, call: C, answer: Answer) -> None:
        call.finished_at = timezone.now()
        run = self.run
        run.n_done += call.state == CallState.DONE
        run.n_failed += call.state == CallState.FAILED
        run.outcomes[call.outcome] = run.outcomes.get(call.outcome, 0) + 1
        if call.state == CallState.DONE:
            run.n_answers += 1
            run.answer_seconds += answer.seconds

    def _watch(self, endpoint: str, answer: Answer) -> None:
        """Give an endpoint up that has failed as often in a row as it is asked at once."""
        if answer.outcome not in OUT_OF_SERVICE:
            self._in_a_row[endpoint] = 0
            return
        self._in_a_row[endpoint] += 1
        if self._in_a_row[endpoint] >= max(FEWEST_IN_A_ROW, self._sources[endpoint].berth.concurrency):
            self._break(answer.outcome, f"{endpoint}: {answer.detail}")

    def _break(self, code: str, detail: str) -> None:
        if self._ending is not Ending.BROKEN:
            self._ending, self._broken = Ending.BROKEN, (code, detail or code)

    def _started(self) -> list[Question[C]]:
        """Record the next calls as started, as many as the crew needs and the budget holds; return what to ask."""
        at_once = sum(source.berth.concurrency for source in self._sources.values())
        room = at_once + min(MOST_AHEAD * at_once, 2 * self._n_answered) - len(self._under_way)
        calls = list(self.work.calls.filter(state=CallState.PLANNED).order_by("id")[: max(0, room)])
        questions = []
        for question in self.work.questions(calls):
            bound = self._sources[question.endpoint].most(question)
            if not self._budget_holds(bound):
                # What is under way will cost less than the most it can; only when nothing is, the budget is used up.
                if not self._under_way:
                    self._ending = Ending.OUT_OF_BUDGET
                break
            self.run.reserved_micros += bound.micros
            self.run.reserved_tokens += bound.tokens
            self._under_way[question.about.pk] = bound
            question.about.state = CallState.STARTED
            question.about.tries += 1
            questions.append(question)
        all_planned = self.run.n_prompts_planned == self.run.n_prompts
        if not calls and room > 0 and not self._under_way and all_planned:
            self._ending = Ending.ALL_DONE
        keys = [question.about.pk for question in questions]
        self.work.calls.filter(pk__in=keys).update(state=CallState.STARTED, tries=F("tries") + 1)
        return questions

    def _budget_holds(self, more: Cost) -> bool:
        run = self.run
        used = Cost(
            run.spent_tokens + run.unsure_tokens + run.reserved_tokens,
            run.spent_micros + run.unsure_micros + run.reserved_micros,
        )
        return Budget(run.budget_tokens, run.budget_micros).holds(used + more)

    def _store(self, calls: Sequence[C]) -> None:
        """Write answered calls and counters, unless somebody else has taken the run over. Raises JobTaken."""
        run = self.run
        # Before the rows are touched: on PostgreSQL this locks the run until the transaction ends.
        self._beat(**self._money(), **self._counts())
        if calls:
            # One statement for all of them. Nothing is inserted: all the rows are there.
            type(calls[0])._default_manager.bulk_create(
                calls,  # type: ignore[arg-type]
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=list(self._stored),
            )
        if columns := self.work.settled([call for call in calls if call.state in (CallState.DONE, CallState.FAILED)]):
            self._beat(**columns)
        if self._ending is None and self._rows.filter(pk=run.pk, cancel_requested=True).exists():
            self._ending = Ending.CANCELLED

    def _money(self) -> dict[str, Any]:
        return {name: getattr(self.run, name) for name in MONEY}

    def _counts(self) -> dict[str, Any]:
        return {name: getattr(self.run, name) for name in COUNTS}

    def _conclude(self) -> None:
        """Let the run go, in the state that it has come to."""
        run, worker, now = self.run, self.worker, timezone.now()
        if self._ending is Ending.INTERRUPTED:
            call_run_release(run=run, held_by=worker, reason="Its worker was shut down.", counted=False)
            return
        with job_kept_alive(rows=self._rows, job_id=run.pk, worker=worker):
            columns = self.work.report()
        if self._ending is Ending.BROKEN:
            code, detail = self._broken
            call_run_fail(run, held_by=worker, code=code, message=detail, **columns)
        elif self._ending is Ending.CANCELLED:
            call_run_move(run, "cancel", held_by=worker, finished_at=now, **columns)
        elif self._ending is Ending.OUT_OF_BUDGET:
            call_run_move(run, "stop", held_by=worker, finished_at=now, error_code="budget", **columns)
        else:
            call_run_move(run, "finish", held_by=worker, finished_at=now, **columns)
