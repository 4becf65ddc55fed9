"""What a sampling run asks, and how a prompt gets its responses."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from annotate.domain.diversity import chosen_responses
from annotate.domain.filters import text_fault
from annotate.domain.mixture import mixed_sources
from annotate.domain.states import CallOutcome, CallState, PromptState
from annotate.exchange.prompts_in import MAX_TEXT, ResponseIn, text_sha256
from annotate.judges.chat import Answer
from annotate.judges.crew import Question
from annotate.models import Endpoint, Prompt, Response, SampleCall, SamplingRun
from annotate.services.call_execution import call_run_execute
from annotate.services.call_work import Source, source_of
from annotate.services.moves import prompt_move
from annotate.services.prompts import tasks_set_up
from annotate.services.responses import responses_in_ring

CALL_BATCH = 1000
MOST_READINGS = 2


def sampling_run_execute(*, run_id: int, stopping: Callable[[], bool]) -> None:
    """Carry out a queued sampling run."""
    run = SamplingRun.objects.select_related("project").filter(pk=run_id).first()
    if run is not None:
        call_run_execute(run=run, work=SamplingWork(run), stored=(), stopping=stopping)


class SamplingWork:
    """A sampling run's part in its execution."""

    def __init__(self, run: SamplingRun) -> None:
        self.run = run
        self._mix = {source["endpoint"]: source for source in run.mix}
        self._filled = False

    @property
    def calls(self) -> QuerySet[SampleCall]:
        """Return the run's calls."""
        return SampleCall.objects.filter(run_id=self.run.pk)

    def sources(self, key: Callable[[str], str]) -> dict[str, Source]:
        """Return the endpoints of the mix."""
        rows = Endpoint.objects.in_bulk(list(self._mix))
        return {
            source["name"]: source_of(rows[pk], source["settings"], key(rows[pk].key_variable))
            for pk, source in self._mix.items()
        }

    def choose(self) -> list[int]:
        """Return the prompts that were chosen when the run was made, so that no other run draws for them too."""
        return list(self.run.prompt_ids or [])

    def plan(self, prompt_ids: Sequence[int]) -> int:
        """Make the draws of these prompts, each from its model."""
        run = self.run
        weights = [source["weight"] for source in run.mix]
        calls = [
            SampleCall(run_id=run.pk, prompt_id=prompt_id, number=number, endpoint_id=run.mix[place]["endpoint"])
            for prompt_id in prompt_ids
            for number, place in enumerate(mixed_sources(weights, run.draws, f"{run.seed}:{prompt_id}"))
        ]
        SampleCall.objects.bulk_create(calls, ignore_conflicts=True, batch_size=CALL_BATCH)
        return len(calls)

    def needless(self) -> QuerySet[SampleCall]:
        """Return the planned draws for prompts that have responses by now, or have left the flow."""
        return self.calls.filter(state=CallState.PLANNED).exclude(prompt__state=PromptState.AWAITING_RESPONSES)

    def questions(self, calls: Sequence[SampleCall]) -> list[Question[SampleCall]]:
        """Return the prompts as a user would ask them, behind the system prompt of the model and their own."""
        prompts = Prompt.objects.in_bulk({call.prompt_id for call in calls})
        return [self._question(call, prompts[call.prompt_id]) for call in calls]

    def _question(self, call: SampleCall, prompt: Prompt) -> Question[SampleCall]:
        source = self._mix[call.endpoint_id]
        system = "\n\n".join(text for text in (source["settings"]["system"], prompt.system) if text)
        messages = [{"role": "user", "content": prompt.text}]
        return Question(
            call, source["name"], [{"role": "system", "content": system}, *messages] if system else messages
        )

    def settle(self, call: SampleCall, answer: Answer) -> None:
        """Ask once more where the answer was empty or is no text that can be stored."""
        if answer.outcome == CallOutcome.ANSWERED and text_fault(answer.text, MAX_TEXT) is not None:
            call.outcome = CallOutcome.UNREADABLE
        again = call.outcome in (CallOutcome.UNREADABLE, CallOutcome.EMPTY) and len(call.answers) < MOST_READINGS
        if again:
            call.state = CallState.PLANNED

    def settled(self, calls: Sequence[SampleCall]) -> dict[str, Any]:
        """Give those prompts their responses whose draws are complete."""
        prompt_ids = {call.prompt_id for call in calls}
        drawn: dict[int, list[SampleCall]] = {}
        for call in self.calls.filter(prompt__in=prompt_ids).order_by("number"):
            drawn.setdefault(call.prompt_id, []).append(call)
        ended = (CallState.DONE, CallState.FAILED)
        complete = {pk: rows for pk, rows in drawn.items() if all(row.state in ended for row in rows)}
        if not complete:
            return {}
        waiting = Prompt.objects.select_for_update().filter(state=PromptState.AWAITING_RESPONSES)
        for prompt in waiting.filter(pk__in=complete).order_by("id"):
            if self._fill(prompt, complete[prompt.pk]):
                self.run.n_filled += 1
                self._filled = True
        return {"n_filled": self.run.n_filled}

    def _fill(self, prompt: Prompt, rows: Sequence[SampleCall]) -> bool:
        """Choose among a prompt's draws and move it on as one that was imported with them; False for too few."""
        usable = [row for row in rows if row.outcome == CallOutcome.ANSWERED]
        models = [str(self._mix[row.endpoint_id]["settings"]["model"]) for row in usable]
        texts = [str(row.answers[-1]) for row in usable]
        kept = chosen_responses(models, texts, self.run.keep, f"{self.run.seed}:{prompt.pk}")
        lost = any(row.state == CallState.FAILED for row in rows)
        if len(kept) < (self.run.keep if lost else self.run.project.responses_per_task):
            return False
        found = [ResponseIn(models[place], texts[place], text_sha256(texts[place])) for place in kept]
        Response.objects.bulk_create(responses_in_ring(prompt, found, self.run.project.seed))
        SampleCall.objects.filter(pk__in=[usable[place].pk for place in kept]).update(kept=True)
        prompt_move(prompt=prompt, action="receive_responses", reason=f"sampling run {self.run.pk}")
        return True

    def between(self) -> None:
        """Set up the tasks of the prompts that have just got their responses."""
        if self._filled:
            self._filled = False
            tasks_set_up(project=self.run.project)

    def report(self) -> dict[str, Any]:
        """Return how many prompts stay short, and set up tasks that an earlier worker may have left."""
        tasks_set_up(project=self.run.project)
        ended = Prompt.objects.filter(pk__in=self.calls.values("prompt"), state=PromptState.AWAITING_RESPONSES)
        planned = self.calls.filter(state=CallState.PLANNED).values("prompt")
        return {"n_short": ended.exclude(pk__in=planned).count()}
