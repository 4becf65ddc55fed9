"""A recipe at work: people's prompts, what a judge said of others, and workers that go on step by step."""

from typing import Any

from annotate.models import Event, PreferenceSet, Response
from annotate.services.sets import set_freeze
from collaboration.models import DistantRun
from collaboration.services.recipe_preparing import recipe_prepare
from collaboration.services.waking import wake_all, wake_project
from rm_training import scoring
from rm_training.models import ScoringJob, TrainingRun
from tests.annotate.distant import human_set, judged_run, unhurried, unsettled
from tests.annotate.finished import texts
from tests.people import Cast
from tests.rm_training.conftest import QUICK, finished

MARGIN = 4.0


def judge(first: Response, second: Response) -> str:
    """Like the longer response, but for one pair in three."""
    longer = len(first.text) >= len(second.text)
    contrary = (first.ring_index + second.ring_index) % 3 == 0
    return "a" if longer != contrary else "b"


class Kitchen:
    """A recipe of the cast's researcher, driven step by step as the workers would."""

    def __init__(self, people: Cast, **wishes: Any) -> None:
        self.people = people
        self.base = human_set(people)
        self.prompts = unsettled(people.project, texts(20, 500))
        self.run = judged_run(people, self.prompts, judge)
        self.client = people.client(people.researcher)
        self.body = {
            "name": "蒸馏",
            "human_set": self.base.pk,
            "judge_runs": [self.run.pk],
            "base": "tiny",
            "params": QUICK,
            "margin": MARGIN,
            "seed": 5,
            "confirm_filter": True,
        }
        answer = self.ask("", self.body | wishes)
        assert answer.status_code == 201, answer.content
        self.recipe = DistantRun.objects.get(pk=answer.json()["id"])

    def ask(self, action: str, body: dict[str, Any] | None = None) -> Any:
        project = f"/api/projects/{self.people.project.pk}/recipes"
        path = f"/api/recipes/{self.recipe.pk}/{action}" if action else project
        return self.client.post(path, body, format="json")

    def ask_new(self, changes: dict[str, Any]) -> Any:
        return self.ask("", self.body | changes)

    def read(self, action: str = "") -> Any:
        answer = self.client.get(f"/api/recipes/{self.recipe.pk}{action}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def wake(self) -> str:
        """Wake everything twice over, as the signal and beat do, and return the recipe's state."""
        wake_project(project_id=self.people.project.pk)
        made = self.made()
        wake_all()
        assert self.made() == made
        self.recipe = DistantRun.objects.get(pk=self.recipe.pk)
        return self.recipe.state

    def made(self) -> tuple[int, ...]:
        return tuple(kind.objects.count() for kind in (TrainingRun, ScoringJob, PreferenceSet, Event))

    def train_human(self) -> str:
        assert self.recipe.human_run is not None
        finished(self.recipe.human_run, 70)
        return self.wake()

    def score(self) -> str:
        assert self.recipe.scoring_id is not None
        scoring.scoring_execute(job_id=self.recipe.scoring_id, stopping=lambda: False)
        return self.wake()

    def prepare(self) -> str:
        with unhurried():
            recipe_prepare(recipe_id=self.recipe.pk)
            recipe_prepare(recipe_id=self.recipe.pk)
        return self.wake()

    def freeze(self) -> str:
        assert self.recipe.derived_set_id is not None
        with unhurried():
            set_freeze(set_id=self.recipe.derived_set_id)
        return self.wake()

    def train(self) -> str:
        assert self.recipe.final_run is not None
        finished(self.recipe.final_run, 80)
        return self.wake()

    def until(self, state: str) -> None:
        """Go on until the recipe is in a state."""
        steps = {
            "human_training": self.train_human,
            "scoring": self.score,
            "preparing": self.prepare,
            "deciding": lambda: self.ask("confirm", {"margin": MARGIN}),
            "freezing": self.freeze,
            "training": self.train,
        }
        while self.recipe.state != state:
            steps[self.recipe.state]()
            self.recipe.refresh_from_db()
