"""What a kind of run tells the executor: which calls there are, what to ask, and what an answer means for a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db.models import QuerySet

from annotate.domain.budget import Cost, Prices, most_tokens
from annotate.domain.states import CallOutcome, CallState
from annotate.judges.chat import Answer, ChatEndpoint
from annotate.judges.crew import Berth, Question
from annotate.models import Endpoint, JudgeCall, SampleCall

C = TypeVar("C", JudgeCall, SampleCall)


@dataclass(frozen=True, slots=True)
class Source:
    """An endpoint as a run asks it: who, at what price, and what of an answer's length is known before."""

    berth: Berth
    prices: Prices

    def most(self, question: "Question[Any]") -> Cost:
        """Return the most that asking can cost."""
        asked = most_tokens(message["content"] for message in question.messages)
        return self.prices.cost(asked, self.berth.endpoint.max_tokens)


class CallWork(Protocol[C]):
    """One run's part in its execution; `run` is the row, `calls` its calls."""

    @property
    def calls(self) -> "QuerySet[C]":
        """Return the run's calls."""

    def sources(self, key: Callable[[str], str]) -> dict[str, Source]:
        """Return the run's sources by name; `key` gives what an environment variable of this worker holds."""

    def choose(self) -> list[int]:
        """Return the prompts that the run is about."""

    def plan(self, prompt_ids: Sequence[int]) -> int:
        """Make the calls of these prompts, but those that are there; return how many the prompts have in all."""

    def needless(self) -> "QuerySet[C]":
        """Return the planned calls that nobody needs any more."""

    def questions(self, calls: Sequence[C]) -> "list[Question[C]]":
        """Return what to ask for each of these calls."""

    def settle(self, call: C, answer: Answer) -> None:
        """Write what an answer says into its row, unsaved; `outcome` and `state` are set where they are to differ."""

    def settled(self, calls: Sequence[C]) -> dict[str, Any]:
        """Do what follows once these calls are stored, in the same transaction; return columns of the run to write."""

    def between(self) -> None:
        """Do what follows outside of the transaction."""

    def report(self) -> dict[str, Any]:
        """Return columns of the run to write at its end."""


def source_of(endpoint: Endpoint, copied: dict[str, Any], key: str) -> Source:
    """Return an endpoint as a run asks it: what it copied, at the pace and the prices of today."""
    asked = ChatEndpoint(
        base_url=copied["base_url"],
        model=copied["model"],
        key=key,
        temperature=copied["temperature"],
        max_tokens=copied["max_tokens"],
        timeout=endpoint.timeout_seconds,
        tries=settings.CALL_TRIES,
    )
    prices = Prices(endpoint.prompt_price, endpoint.completion_price)
    return Source(Berth(asked, endpoint.concurrency, endpoint.per_second), prices)


@dataclass(frozen=True, slots=True)
class Settled:
    """What an answer cost for certain, and what it may have cost."""

    spent: Cost
    unsure: Cost


# Worth another question: the answer is lost, not wrong.
_LOST = (CallOutcome.TIMEOUT, CallOutcome.CONNECTION)
# Of these the endpoint says nothing of tokens, though it may have made some.
_READ = (CallOutcome.ANSWERED, CallOutcome.REFUSED, CallOutcome.EMPTY)
MOST_LOST = 3
MOST_DETAIL = 400


def answer_take(work: CallWork[C], source: Source, question: "Question[C]", answer: Answer, bound: Cost) -> Settled:
    """Write an answer into its call; the call is planned again where that is worth while."""
    call: C = question.about
    call.outcome, call.detail = answer.outcome, answer.detail[:MOST_DETAIL]
    call.seconds = answer.seconds
    if answer.outcome in _READ:
        spent = _counted(source, answer, question)
        call.prompt_tokens += spent[0]
        call.completion_tokens += spent[1]
        cost = source.prices.cost(*spent)
        call.cost_micros += cost.micros
        call.answers = [*call.answers, answer.text]
        call.state = CallState.DONE
        work.settle(call, answer)
        return Settled(cost, Cost())
    call.state = CallState.FAILED
    if not answer.sent:
        return Settled(Cost(), Cost())
    call.unsure += 1
    if answer.outcome in _LOST and call.unsure < MOST_LOST:
        call.state = CallState.PLANNED
    return Settled(Cost(), bound)


def _counted(source: Source, answer: Answer, question: "Question[C]") -> tuple[int, int]:
    """Return the tokens of question and answer; what the endpoint does not say is counted as the most it can be."""
    asked = answer.prompt_tokens
    if asked is None:
        asked = most_tokens(message["content"] for message in question.messages)
    said = answer.completion_tokens
    return asked, min(most_tokens([answer.text]), source.berth.endpoint.max_tokens) if said is None else said
