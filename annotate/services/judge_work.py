"""What a judge run asks, and what the answers say."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate.domain.judge_template import template_fill
from annotate.domain.judging import judge_pairs, judge_report
from annotate.domain.seeded import seeded_bits
from annotate.domain.states import CallOutcome, CallState
from annotate.domain.verdict_text import is_refusal, verdict_of_text
from annotate.judges.chat import Answer
from annotate.judges.crew import Question
from annotate.models import JudgeCall, JudgeRun, Prompt, Response
from annotate.selectors.judging import human_tiers, judged_calls, scope_prompts, template_for
from annotate.services.call_execution import call_run_execute
from annotate.services.call_work import Source, source_of

CALL_BATCH = 1000
MOST_READINGS = 2


def judge_run_execute(*, run_id: int, stopping: Callable[[], bool]) -> None:
    """Carry out a queued judge run."""
    run = JudgeRun.objects.select_related("endpoint", "project").filter(pk=run_id).first()
    if run is not None:
        call_run_execute(run=run, work=JudgeWork(run), stored=("verdict",), stopping=stopping)


class JudgeWork:
    """A judge's part in the execution of its run."""

    def __init__(self, run: JudgeRun) -> None:
        self.run = run

    @property
    def calls(self) -> QuerySet[JudgeCall]:
        """Return the run's calls."""
        return JudgeCall.objects.filter(run_id=self.run.pk)

    def sources(self, key: Callable[[str], str]) -> dict[str, Source]:
        """Return the one endpoint."""
        endpoint = self.run.endpoint
        return {endpoint.name: source_of(endpoint, self.run.endpoint_settings, key(endpoint.key_variable))}

    def choose(self) -> list[int]:
        """Return prompts of the run's scope in an order that its seed decides; a trial takes the first of them.

        Where a judge works on prompts that people have not seen, those that it has judged before are left out.
        """
        run = self.run
        rows = scope_prompts(run.project_id, run.scope, run.category_keys)
        if run.trial_id is not None:
            earlier = JudgeCall.objects.filter(prompt=OuterRef("pk"), run__trial=run.trial_id, state=CallState.DONE)
            rows = rows.exclude(Exists(earlier))
        keys = sorted(rows.values_list("pk", flat=True), key=lambda pk: seeded_bits(run.seed, "prompt", pk))
        return keys[: run.n_prompts] if run.n_prompts else keys

    def plan(self, prompt_ids: Sequence[int]) -> int:
        """Make a call for every pair, in the order or orders that it is shown in."""
        responses: dict[int, list[int]] = {}
        rows = Response.objects.filter(prompt__in=prompt_ids, discarded=False).order_by("prompt_id", "id")
        for prompt_id, response_id in rows.values_list("prompt_id", "id"):
            responses.setdefault(prompt_id, []).append(response_id)
        calls = [
            JudgeCall(run_id=self.run.pk, prompt_id=prompt_id, first_id=first, second_id=second)
            for prompt_id in prompt_ids
            for first, second in judge_pairs(responses.get(prompt_id, []), self.run.order, self.run.seed)
        ]
        JudgeCall.objects.bulk_create(calls, ignore_conflicts=True, batch_size=CALL_BATCH)
        return len(calls)

    def needless(self) -> QuerySet[JudgeCall]:
        """Return the planned calls about a response that has been discarded since."""
        discarded = Q(first__discarded=True) | Q(second__discarded=True)
        return self.calls.filter(discarded, state=CallState.PLANNED)

    def questions(self, calls: Sequence[JudgeCall]) -> list[Question[JudgeCall]]:
        """Return the filled templates."""
        prompts = Prompt.objects.select_related("category").in_bulk({call.prompt_id for call in calls})
        shown = {key for call in calls for key in (call.first_id, call.second_id)}
        texts = dict(Response.objects.filter(pk__in=shown).values_list("pk", "text"))
        name = self.run.endpoint.name
        return [Question(call, name, self._messages(call, prompts[call.prompt_id], texts)) for call in calls]

    def _messages(self, call: JudgeCall, prompt: Prompt, texts: dict[int, str]) -> list[dict[str, str]]:
        template = template_for(self.run.templates, prompt.category.path)
        asked = f"{prompt.system}\n\n{prompt.text}" if prompt.system else prompt.text
        values = {
            "prompt": asked,
            "a": texts[call.first_id],
            "b": texts[call.second_id],
            "criteria": template["criteria"],
        }
        messages = [{"role": "user", "content": template_fill(template["text"], values)}]
        system = self.run.endpoint_settings["system"]
        return [{"role": "system", "content": system}, *messages] if system else messages

    def settle(self, call: JudgeCall, answer: Answer) -> None:
        """Read the verdict; an answer without one is asked for once more, but for a refusal."""
        verdict = verdict_of_text(answer.text) if answer.outcome == CallOutcome.ANSWERED else None
        call.verdict = verdict or ""
        if verdict is None and answer.outcome == CallOutcome.ANSWERED:
            call.outcome = CallOutcome.REFUSED if is_refusal(answer.text) else CallOutcome.UNREADABLE
        again = call.outcome in (CallOutcome.UNREADABLE, CallOutcome.EMPTY) and len(call.answers) < MOST_READINGS
        if again:
            call.state = CallState.PLANNED

    def settled(self, calls: Sequence[JudgeCall]) -> dict[str, Any]:
        """Do nothing: a verdict moves nothing on."""
        return {}

    def between(self) -> None:
        """Do nothing."""

    def report(self) -> dict[str, Any]:
        """Return the figures of what has been said so far."""
        calls = judged_calls(self.run)
        tiers = human_tiers({call.prompt for call in calls})
        return {"report": asdict(judge_report(calls, tiers))}
