"""What the guides' pictures show: the demo project, after simulated people have worked on it."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from simulator.client import Client
from simulator.people import NOISE, TIE_BAND, Annotator, submitted
from simulator.prepare import DEMO_FILE, Input
from simulator.problems import Broken
from simulator.protocol import CLAUSE, Crew, Protocol
from simulator.seniors import Senior, Talker
from simulator.site import Site

# The accounts of `manage.py load_demo`, and their public password.
PASSWORD = "cheems-demo"  # noqa: S105
OWNER, RESEARCHER, LEAD = "demo-owner", "demo-researcher", "demo-reviewer"
SENIORS = {"delivery": LEAD, "operations": "demo-operations", "research": "demo-research"}
ANNOTATORS = [f"demo-annotator-{number}" for number in range(1, 5)]
# Whose pages are shown, and who is paused in the end.
SHOWN, PAUSED = ANNOTATORS[0], ANNOTATORS[-1]
# The demo has 400 tasks (40 prompts, 5 tasks each, 2 passes), of which gold prompts take some 60. So many leave some to
# do for whoever is in the picture.
SUBMISSIONS = 290
# What is left to see of each queue; the teams above the first leave fewer.
LEFT_IN_DISCUSSION, LEFT_IN_DISPUTE, LEFT_IN_REVIEW = 3, 4, 3
SETTINGS = {"delivery_share": 0.6, "exam_items": 8, "exam_mark": 0.5, "gold_mark": 0.4}
# Days over which the figures are spread; all was done within minutes.
DAYS = 12
# How many tasks the page of an annotator takes at once.
AHEAD = 2
# The category of what is asked and answered with bad intent.
DISTRESSING = "安全"
# What the figures are counted by, set back so that the same number of rows falls on each day up to today.
SPREAD = """
from datetime import timedelta
from django.utils import timezone
columns = {Annotation: "created_at", Probe: "answered_at", Review: "closed_at", Ranking: "computed_at"}
for model, column in columns.items():
    rows = list(model.objects.filter(**{f"{column}__isnull": False}).order_by("pk"))
    for place, row in enumerate(rows):
        setattr(row, column, getattr(row, column) - timedelta(days=DAYS - 1 - DAYS * place // len(rows)))
    model.objects.bulk_update(rows, [column], batch_size=200)
"""
# A judge that mostly likes longer responses, as it would be after its release: it has compared what no set holds yet.
JUDGED = """
from itertools import combinations
from django.utils import timezone
from annotate.models import Endpoint, JudgeCall, JudgeRun, Project
project = Project.objects.get(pk=PROJECT)
where = dict(base_url="http://127.0.0.1:9/v1", model="judge-demo")
endpoint = Endpoint.objects.create(project=project, name="评审端点", **where)
shared = dict(project=project, name="示例评审", endpoint=endpoint, endpoint_settings={"model": endpoint.model},
              language="zh", templates={}, state="finished", budget_tokens=1, finished_at=timezone.now())
trial = JudgeRun.objects.create(released_at=timezone.now(), **shared)
run = JudgeRun.objects.create(trial=trial, scope="unannotated", **shared)
for prompt in project.prompts.filter(set_items__isnull=True, state="annotating"):
    for first, second in combinations(prompt.responses.filter(discarded=False).order_by("pk"), 2):
        longer = "a" if len(first.text) > len(second.text) else "b"
        verdict = longer if (first.pk + 3 * second.pk) % 5 < 3 else "ab".replace(longer, "")
        JudgeCall.objects.create(run=run, prompt=prompt, first=first, second=second, state="done", outcome="answered",
                                 verdict=verdict)
JudgeRun.objects.filter(pk=run.pk).update(n_calls=run.calls.count(), n_done=run.calls.count())
"""
JOB_SECONDS, POLL_SECONDS = 600.0, 0.5
BAD_LINES = [
    "这一行不是 JSON",
    '{"prompt": "", "responses": []}',
    '{"prompt": "只有两个回答的提示", "category": "数学", "responses": [{"model": "a", "text": "一"}, '
    '{"model": "b", "text": "二"}]}',
    '{"prompt": "类别写成了数字", "category": 7}',
]


def start(site: Site) -> None:
    """Start the site with the demo project and a tiny base."""
    site.manage("migrate", "--noinput", "--verbosity", "0")
    site.manage("load_demo", "--force")
    site.start_web()
    site.start_workers()
    site.manage("build_tiny_base")


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to see: ids of the demo project, of an empty one, and of what was made in the demo project.

    `person` is the membership of SHOWN, `returned` who got a task back; `letters` are those of the responses of SHOWN's
    task, the best one first. `run` is the first of `runs`, whose numbers are joined by commas, and `model` came of it.
    `recipe` waits for its margin, `ablated` is done and compared with what it would be without its parts.
    """

    project: int
    empty: int
    discussion: int
    returned: str
    letters: str
    person: int
    review: int
    prompt: int
    job: int
    preference_set: int
    run: int
    runs: str
    model: int
    recipe: int
    ablated: int


class Teller:
    """The people of the demo, who work over HTTP until there is something of everything."""

    def __init__(self, site: Site, stack: ExitStack, given: Input) -> None:
        self.site, self.given = site, given
        names = (OWNER, RESEARCHER, *SENIORS.values(), *ANNOTATORS)
        self.people = {name: stack.enter_context(Client(site.address, name)) for name in names}
        for person in self.people.values():
            person.log_in(PASSWORD)
        self.researcher = self.people[RESEARCHER]
        self.project = int(self.researcher.get("session")["memberships"][0]["project"])

    def tell(self, folder: Path) -> Story:
        """Make gold, annotate, discuss, settle, review, freeze, train; return what came of it. Raises Broken."""
        self._make_gold()
        self._annotate(ANNOTATORS, SUBMISSIONS)
        discussion = self._discuss()
        self._settle()
        returned = self._send_back()
        self._measure_reviewers(self._review())
        preference_set = self._freeze()
        runs = self._train(preference_set)
        model = int(self.researcher.get(f"runs/{runs[0]}")["model"]["id"])
        reason = {"model": model, "reason": "第一个可用的模型，先用于筛选。"}
        self.researcher.post(f"projects/{self.project}/promotions", reason)
        self._judge()
        ablated = self._ablate(self._supervise(preference_set, runs[0], model, confirm_filter=False))
        recipe = self._wait_decision(self._supervise(preference_set, runs[0], model))
        self._go_round(runs[0])
        person = self._person(SHOWN)
        letters = self._drawable_task()
        for name in (SHOWN, returned):
            self._confirm_guidelines(self.people[name])
        self.people[LEAD].post(f"people/{self._person(PAUSED)}/pause", {"reason": "金标准确率下降，先沟通再继续。"})
        self.site.manage("shell", "--command", SPREAD.replace("DAYS", str(DAYS)))
        self.site.manage("figures_recount")
        empty = self.people[OWNER].post("projects", {"name": "客服对话偏好", "description": "尚未导入数据。"})
        return Story(
            project=self.project,
            empty=empty["id"],
            discussion=discussion,
            returned=returned,
            letters=letters,
            person=person,
            review=self._drawable_review(),
            prompt=self._prompt_with_a_cycle(),
            job=self._import_badly(folder),
            preference_set=preference_set,
            run=runs[0],
            runs=",".join(map(str, runs)),
            model=model,
            recipe=recipe,
            ablated=ablated,
        )

    def _make_gold(self) -> None:
        """Make the clearest prompts gold; everybody but SHOWN, whose picture it becomes, passes the entrance exam."""
        self.people[OWNER].patch(f"projects/{self.project}", SETTINGS)
        crew = Crew(
            researcher=self.researcher,
            annotators=[self.people[name] for name in ANNOTATORS if name != SHOWN],
            seniors={},
            quality=self.given.quality,
            noise=NOISE,
            tie_band=TIE_BAND,
            seed=0,
            asleep={},
        )
        protocol = Protocol(self.project, crew, dict)
        protocol.make_gold()
        protocol.examine()

    def _annotate(self, names: Sequence[str], times: int) -> None:
        """Let people take turns, one task each."""
        turns = cycle([Annotator(name, 0, NOISE, TIE_BAND, self.given.quality) for name in names])
        for annotator in islice(turns, times):
            person = self.people[annotator.name]
            claimed = self._claim(person)
            kinds = [kind["key"] for kind in claimed["fault_kinds"]]
            for assignment in claimed["assignments"]:
                submitted(person, assignment["id"], annotator.answer(assignment, kinds))

    def _claim(self, person: Client, count: int = 1) -> Any:
        return person.post(f"projects/{self.project}/assignments/claim", {"count": count})

    def _drawable_task(self) -> str:
        """Let SHOWN work until what comes next can be shown to everybody; return its letters, the best one first."""
        while not all(map(_drawable, held := self._claim(self.people[SHOWN], AHEAD)["assignments"])):
            self._annotate([SHOWN], 1)
        if not held:
            raise Broken(f"{SHOWN} has nothing left to do.")
        task = held[0]
        quality = self.given.quality.of(task["prompt"]["text"], {row["id"]: row["text"] for row in task["responses"]})
        letters = {row["id"]: letter for row, letter in zip(task["responses"], "ABC", strict=True)}
        return "".join(letters[response] for response in sorted(quality, key=lambda response: -quality[response]))

    def _confirm_guidelines(self, person: Client) -> None:
        """Let somebody say that they have read what holds for the tasks that their page takes next."""
        for assignment in self._claim(person, AHEAD)["assignments"]:
            version = {"version": assignment["guideline_version"]}
            person.post(f"categories/{assignment['category']['id']}/guideline/read", version)

    def _discuss(self) -> int:
        """Talk over all discussions but those that are left for SHOWN; return one of these, with some words in it."""
        # First those on which SHOWN has something to say.
        left = sorted(self._open_discussions(SHOWN), key=lambda prompt: not self._own_differences(prompt))
        left = left[:LEFT_IN_DISCUSSION]
        if not left:
            raise Broken(f"{SHOWN} has nothing to discuss.")
        talkers = [Talker(name, 0, NOISE, TIE_BAND, self.given.quality) for name in ANNOTATORS]
        # Every other one is handed on at once, the rest after it was talked over.
        for step, nth in ((Talker.give_up, 2), (Talker.discuss, 1), (Talker.give_up, 1)):
            for talker in talkers:
                for prompt in self._open_discussions(talker.name):
                    if prompt not in left and prompt % nth == 0:
                        step(talker, self.people[talker.name], prompt)
        self._talk(left[0])
        return left[0]

    def _open_discussions(self, name: str) -> list[int]:
        rows = self.people[name].rows(f"projects/{self.project}/discussions", state="open")
        return [row["prompt"] for row in rows]

    def _own_differences(self, prompt: int) -> list[dict[str, Any]]:
        rows = self.people[SHOWN].get(f"discussions/{prompt}")["comparisons"]
        return [row for row in rows if not row["same"] and any(said["mine"] for said in row["verdicts"])]

    def _talk(self, prompt: int) -> None:
        other = next(name for name in ANNOTATORS[1:] if prompt in self._open_discussions(name))
        differing = [row for row in self.people[other].get(f"discussions/{prompt}")["comparisons"] if not row["same"]]
        row = (self._own_differences(prompt) or differing)[0]
        pair = {name: row[name] for name in ("task", "response_a", "response_b")}
        first = self.people[other].post(
            f"discussions/{prompt}/messages",
            {"text": "指南 1.1：先看是否答对。前一条的结论完整，后一条少了一步，所以我排在后面。", **pair},
        )
        self.people[SHOWN].post(
            f"discussions/{prompt}/messages",
            {"text": "同意少一步的说法，我再看一遍后半段。", "parent": first["id"], **pair},
        )

    def _settle(self) -> None:
        """Let every team decide its queue or hand it on, all but the newest."""
        for left, (stage, name) in zip((LEFT_IN_DISPUTE, 1, 1), SENIORS.items(), strict=True):
            senior = Senior(stage, TIE_BAND, self.given.quality)
            rows = self.people[name].rows(f"projects/{self.project}/disputes", stage=stage)
            for prompt in [row["prompt"] for row in rows][:-left]:
                senior.settle(self.people[name], prompt, CLAUSE)

    def _review(self) -> list[int]:
        """Let every team review its sample, all but the newest; return the handles of the reviews it closed."""
        closed = []
        for left, (stage, name) in zip((LEFT_IN_REVIEW, 2, 1), SENIORS.items(), strict=True):
            senior = Senior(stage, TIE_BAND, self.given.quality)
            for handle in self._waiting(name)[:-left]:
                senior.review(self.people[name], handle, CLAUSE)
                closed.append(handle)
        return closed

    def _drawable_review(self) -> int:
        """Return a review that waits for LEAD, if possible one without signs that few machines have a font for."""
        waiting = self._waiting(LEAD)
        if not waiting:
            raise Broken(f"{LEAD} has nothing to review.")
        for handle in waiting:
            review = self.people[LEAD].get(f"reviews/{handle}")
            if _in_plain_signs(review["responses"]):
                return handle
        return waiting[0]

    def _waiting(self, name: str) -> list[int]:
        return [row["review"] for row in self.people[name].rows(f"projects/{self.project}/reviews")]

    def _send_back(self) -> str:
        """Reject annotations until somebody other than SHOWN has one to do again, and return who."""
        for handle in self._waiting(LEAD):
            shown = self.people[LEAD].get(f"reviews/{handle}")
            slot, text = shown["slots"][0], {row["id"]: row["text"] for row in shown["responses"]}
            last = slot["order"][-1][0]
            span = {"response": last, "start": 0, "end": min(len(text[last]), 24)}
            named = {"task": slot["task"], "pass": slot["pass"], "spans": [span]}
            reason = "最后一条的开头已经答对，分数偏低；请按指南 1.1 重看三条的先后。"
            body = {"reason": reason, "return_to": "same", "slots": [named]}
            self.people[LEAD].post(f"reviews/{handle}/reject", body)
            back = [name for name in ANNOTATORS if any(self.people[name].rows(f"projects/{self.project}/my-returned"))]
            others = [name for name in back if name not in (SHOWN, PAUSED)]
            if others:
                return others[0]
            # The picture of SHOWN is of an ordinary task, so this one is done at once.
            self._annotate([SHOWN], 1)
        raise Broken("No annotation could be sent back.")

    def _measure_reviewers(self, reviewed: Sequence[int]) -> None:
        for handle in reviewed[:2]:
            body = {"approve": True, "reason": "三个团队一致认为可以通过。"}
            self.researcher.post(f"reviews/{handle}/gold", body)

    def _person(self, name: str) -> int:
        members = self.people[OWNER].get(f"projects/{self.project}/members")["results"]
        pseudonym = next(row["pseudonym"] for row in members if row["username"] == name)
        people = self.people[LEAD].get(f"projects/{self.project}/people")["results"]
        return int(next(row["person"] for row in people if row["pseudonym"] == pseudonym))

    def _freeze(self) -> int:
        wanted = {"name": "第一批", "benchmark_share": 0.3, "note": "首批两轮标注完成的提示。"}
        row = self.researcher.post(f"projects/{self.project}/sets", wanted)
        return int(self._wait(f"sets/{row['id']}", "frozen")["id"])

    def _train(self, preference_set: int) -> list[int]:
        """Train with what the tiny base recommends, and once more for half as long, to have two models to compare."""
        bases = self.researcher.get(f"projects/{self.project}/bases")
        params = next(base["params"] for base in bases["results"] if base["name"] == bases["default"])
        runs = [
            self.researcher.post(
                f"projects/{self.project}/runs",
                {"set": preference_set, "base": bases["default"], "params": {**params, "epochs": epochs}},
            )
            for epochs in (params["epochs"], params["epochs"] // 2)
        ]
        for run in runs:
            self._wait(f"runs/{run['id']}", "succeeded")
        return [int(run["id"]) for run in runs]

    def _judge(self) -> None:
        self.site.manage("shell", "--command", JUDGED.replace("PROJECT", str(self.project)))

    def _supervise(self, preference_set: int, like: int, model: int, **wishes: Any) -> int:
        """Begin distant supervision with the judge that has been at work; return the recipe."""
        judges = self.researcher.get(f"projects/{self.project}/judge-runs")["results"]
        run = self.researcher.get(f"runs/{like}")
        wanted = {
            "name": "远程监督",
            "human_set": preference_set,
            "judge_runs": [row["id"] for row in judges if row["trial"] is not None],
            "model": model,
            "base": run["base"],
            "params": run["params"],
        }
        return int(self.researcher.post(f"projects/{self.project}/recipes", wanted | wishes)["id"])

    def _wait_decision(self, recipe: int) -> int:
        return int(self._wait(f"recipes/{recipe}", "deciding")["id"])

    def _ablate(self, recipe: int) -> int:
        """Let a recipe run to its end, and what it would be without its parts; return the recipe."""
        self._wait(f"recipes/{recipe}", "done")
        self.researcher.post(f"recipes/{recipe}/ablation")
        self._wait_rows(f"recipes/{recipe}/ablation", "variants", ("done",))
        return recipe

    def _go_round(self, like: int) -> None:
        """Let the loop make two rounds, one by its rule and one by hand."""
        run = self.researcher.get(f"runs/{like}")
        rule = {"trigger": "every_n", "n": 1, "base": run["base"], "params": run["params"], "set_name": "循环"}
        self.researcher.put(f"projects/{self.project}/loop", rule)
        rounds, ends = f"projects/{self.project}/loop/rounds", ("promoted", "kept", "regression")
        self._wait_rows(rounds, "results", ends)
        self.researcher.post(f"projects/{self.project}/loop/run-now")
        self._wait_rows(rounds, "results", ends)

    def _prompt_with_a_cycle(self) -> int:
        """Return a ranked prompt, if possible one on which verdicts went round in a circle."""
        rows = list(self.researcher.rows(f"projects/{self.project}/prompts", state="accepted"))
        cyclic = (row for row in rows if self.researcher.get(f"prompts/{row['id']}")["graph"]["merged"])
        return int(next(cyclic, rows[0])["id"])

    def _import_badly(self, folder: Path) -> int:
        file = folder / "第二批提示.jsonl"
        good = [line.replace('"demo-', '"second-') for line in DEMO_FILE.read_text(encoding="utf-8").splitlines()[:6]]
        good = [line.replace('"prompt": "', '"prompt": "请用三句话回答：') for line in good]
        file.write_text("\n".join([*good[:2], BAD_LINES[0], *good[2:], *BAD_LINES[1:]]) + "\n", encoding="utf-8")
        fields = {"keep_good": "true", "human_sources": ""}
        job = self.researcher.upload(f"projects/{self.project}/imports", file, fields)
        return int(self._wait(f"imports/{job['id']}", "checked")["id"])

    def _wait(self, path: str, state: str) -> Mapping[str, Any]:
        """Wait until what stands at an address is in a state."""
        return self._until(path, lambda told: [told], (state,))

    def _wait_rows(self, path: str, rows: str, states: Sequence[str]) -> None:
        """Wait until there are rows and each is in one of the states."""
        self._until(path, lambda told: told[rows], states)

    def _until(
        self, path: str, rows_of: Callable[[Any], Sequence[Mapping[str, Any]]], states: Sequence[str]
    ) -> Mapping[str, Any]:
        deadline = time.monotonic() + JOB_SECONDS
        while True:
            told: Mapping[str, Any] = self.researcher.get(path)
            rows = rows_of(told)
            if rows and all(row["state"] in states for row in rows):
                return told
            self.site.check()
            stopped = [row for row in rows if row["state"] == "failed"]
            if stopped or time.monotonic() > deadline:
                raise Broken(f"{path} is not {' or '.join(states)}: {[row.get('error') for row in stopped or rows]}")
            time.sleep(POLL_SECONDS)


def _in_plain_signs(responses: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether most machines have a font for all of it."""
    return all(max(str(row["text"])) < "\U00010000" for row in responses)


def _drawable(assignment: Mapping[str, Any]) -> bool:
    """Return whether a task is fit to be shown to anybody: nothing dangerous or distressing, and in plain signs."""
    return assignment["category"]["path"][0] != DISTRESSING and _in_plain_signs(assignment["responses"])
