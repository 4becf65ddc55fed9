"""python -m simulator.replay: real human judgements, sent through the API as their raters would, and what came of them.

The input holds prompts whose responses several people scored (`judgments`: annotator and scores by model). For every
prompt two raters who scored the same five responses do one pass each; what they say of a task follows from their own
scores. scripts/recount_replay.py computes the same figures from the file alone.
"""

import argparse
import gzip
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from simulator.client import Client, Refused
from simulator.people import side_by_side
from simulator.problems import Broken
from simulator.site import Site, terminable

OWNER, RESEARCHER = "replay-owner", "replay-researcher"
RESPONSES, PASSES = 5, 2
BEST_SCORE = 5
POLL_SECONDS, JOB_SECONDS = 0.3, 600.0
Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """A prompt, five responses by model, and two raters' scores of them."""

    key: str
    prompt: str
    responses: dict[str, str]
    scores: dict[str, Scores]

    @property
    def category(self) -> str:
        """Return the category that only this prompt's raters work in."""
        return "、".join(sorted(self.scores))


def read_judged(file: Path, limit: int | None) -> list[Judged]:
    """Return the prompts of which two raters scored the same five responses with different texts."""
    found: list[Judged] = []
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        for line in lines:
            judged = _judged(json.loads(line))
            if judged is not None:
                found.append(judged)
            if len(found) == limit:
                break
    if not found:
        raise Broken(f"{file.name} holds no prompt of which two people scored the same {RESPONSES} responses.")
    return found


def _judged(row: Mapping[str, Any]) -> Judged | None:
    texts: dict[str, str] = {}
    for response in row["responses"]:
        if response["text"].strip() and response["text"] not in texts.values():
            texts[response["model"]] = response["text"]
    judgments = {judgment["annotator"]: judgment["scores"] for judgment in row["judgments"]}
    names = sorted(judgments)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            shared = [model for model in texts if model in judgments[one] and model in judgments[other]][:RESPONSES]
            if len(shared) == RESPONSES:
                scores: dict[str, Scores] = {
                    name: {model: judgments[name][model] for model in shared} for name in (one, other)
                }
                return Judged(row["id"], row["prompt"], {model: texts[model] for model in shared}, scores)
    return None


class Replay:
    """The judgements on a running site."""

    def __init__(self, site: Site, judged: list[Judged], folder: Path) -> None:
        self.site, self.judged, self.folder = site, judged, folder
        self.raters = sorted({name for prompt in judged for name in prompt.scores})
        self.accounts = {name: f"rater-{number}" for number, name in enumerate(self.raters, 1)}
        self.by_text = {prompt.prompt: prompt for prompt in judged}

    def run(self) -> dict[str, Any]:
        """Do everything and return the tasks that were made and the site's figures."""
        password = secrets.token_urlsafe(12)
        self.site.manage("migrate", "--noinput", "--verbosity", "0")
        self.site.manage("create_person", RESEARCHER, *self.accounts.values(), CHEEMS_PASSWORD=password)
        self.site.manage("create_person", OWNER, "--staff", CHEEMS_PASSWORD=password)
        self.site.start_web()
        self.site.start_workers()
        names = [OWNER, RESEARCHER, *self.accounts.values()]
        people = {name: Client(self.site.address, name) for name in names}
        for person in people.values():
            person.log_in(password)
        project = self._project(people[OWNER])
        self._import(people[RESEARCHER], project)
        self._bar(people[OWNER], project)
        workers = [partial(self._rate, people[self.accounts[name]], project, name) for name in self.raters]
        n_done = sum(side_by_side(workers))
        wanted = len(self.judged) * RESPONSES * PASSES
        if n_done != wanted:
            raise Broken(f"{n_done} of {wanted} tasks were done.")
        self.site.manage("figures_recount")
        return self._told(people[RESEARCHER], project)

    def _project(self, owner: Client) -> int:
        project = int(owner.post("projects", {"name": "真实评判重放", "description": ""})["id"])
        owner.patch(f"projects/{project}", {"passes": PASSES, "gold_share": 0.0, "repeat_share": 0.0})
        for username in self.accounts.values():
            owner.put(f"projects/{project}/members", {"username": username, "roles": ["annotator"]})
        owner.put(f"projects/{project}/members", {"username": RESEARCHER, "roles": ["researcher"]})
        return project

    def _import(self, researcher: Client, project: int) -> None:
        file = self.folder / "judged.jsonl"
        rows = [
            {
                "id": judged.key,
                "prompt": judged.prompt,
                "category": [judged.category],
                "source": "open",
                "responses": [{"model": model, "text": text} for model, text in judged.responses.items()],
            }
            for judged in self.judged
        ]
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        job = researcher.upload(f"projects/{project}/imports", file, {"keep_good": "false", "human_sources": ""})
        self._wait(researcher, job["id"], "checking")
        researcher.post(f"imports/{job['id']}/commit")
        ended = self._wait(researcher, job["id"], "importing")
        if ended["state"] != "done":
            raise Broken(f"The import ended {ended['state']}: {ended['error']}")

    def _wait(self, person: Client, job: int, state: str) -> dict[str, Any]:
        deadline = monotonic() + JOB_SECONDS
        row: dict[str, Any] = person.get(f"imports/{job}")
        while row["state"] == state:
            self.site.check()
            if monotonic() > deadline:
                raise Broken(f"The import is still {state} after {JOB_SECONDS:.0f} s.")
            sleep(POLL_SECONDS)
            row = person.get(f"imports/{job}")
        return row

    def _bar(self, owner: Client, project: int) -> None:
        """Let every rater work on just the prompts they judged."""
        accounts = {row["username"]: row["id"] for row in owner.get(f"projects/{project}/members")["results"]}
        for category in owner.get(f"projects/{project}/categories")["results"]:
            for rater in set(self.raters) - set(category["path"][0].split("、")):
                body = {"category": category["id"], "state": "barred"}
                owner.put(f"people/{accounts[self.accounts[rater]]}/expertise", body)

    def _rate(self, person: Client, project: int, rater: str, *, stop: Event) -> int:
        n_done = 0
        while not stop.is_set():
            claimed = person.post(f"projects/{project}/assignments/claim", {"count": 1})
            if claimed["assignments"]:
                slot = claimed["assignments"][0]
                person.post(f"assignments/{slot['id']}/submit", self._answer(slot, rater))
                n_done += 1
            elif claimed["why_none"] != "all_leased":
                break
        return n_done

    def _answer(self, slot: Mapping[str, Any], rater: str) -> dict[str, Any]:
        judged = self.by_text[slot["prompt"]["text"]]
        model_of = {text: model for model, text in judged.responses.items()}
        given = {row["id"]: judged.scores[rater][model_of[row["text"]]] for row in slot["responses"]}
        order = [[pk for pk in given if given[pk] == score] for score in sorted(set(given.values()), reverse=True)]
        return {
            "token": slot["token"],
            "idempotency_key": str(uuid4()),
            "scores": {str(pk): BEST_SCORE - tier for tier, responses in enumerate(order) for pk in responses},
            "order": order,
            "discarded": [],
            "seconds": 30,
        }

    def _told(self, researcher: Client, project: int) -> dict[str, Any]:
        """Return which models stood together in which task, and the site's figures."""
        prompts, n_comparisons, n_conflicts, n_cycles = [], 0, 0, 0
        for row in researcher.rows(f"projects/{project}/prompts"):
            shown = researcher.get(f"prompts/{row['id']}")
            models = {response["id"]: response["model"] for response in shown["responses"]}
            tasks: dict[int, set[str]] = {}
            for said in shown["comparisons"]:
                pair = {models[said["response_a"]], models[said["response_b"]]}
                tasks.setdefault(said["task"], set()).update(pair)
            prompts.append(
                {"id": shown["prompt"]["external_id"], "tasks": [sorted(tasks[key]) for key in sorted(tasks)]}
            )
            n_comparisons += len(shown["comparisons"])
            n_conflicts += sum(bool(said["contradicted"]) for said in shown["comparisons"])
            n_cycles += bool(shown["graph"]["merged"])
        total = researcher.get(f"projects/{project}/statistics", by="source")["total"]
        figures = researcher.get(f"projects/{project}/figures")
        site = {
            "prompts": len(prompts),
            "comparisons": n_comparisons,
            "agreement": total["agreement"]["rate"],
            "agreement_mean_of_prompts": figures["agreement_mean"],
            "below_threshold": figures["below_threshold"],
            "alpha": total["alpha"],
            "tau": total["tau"],
            "conflict_rate": n_conflicts / n_comparisons,
            "prompts_with_merged": n_cycles,
        }
        raters = {judged.key: sorted(judged.scores) for judged in self.judged}
        return {"site": site, "prompts": [{**row, "raters": raters[row["id"]]} for row in prompts]}


def main(arguments: list[str] | None = None) -> int:
    """Replay a file; return 0, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python -m simulator.replay", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="prompts with `judgments`: JSONL, may be gzipped")
    parser.add_argument("--limit", type=int, help="how many prompts [all]")
    parser.add_argument("--out", type=Path, default=Path("replay.json"), help="where the result goes [replay.json]")
    given = parser.parse_args(arguments)
    try:
        judged = read_judged(given.data, given.limit)
        with tempfile.TemporaryDirectory(prefix="cheems-replay-") as folder, terminable(), Site(Path(folder)) as site:
            told = Replay(site, judged, Path(folder)).run()
    except (Broken, Refused, OSError) as error:
        print(f"The replay broke: {error}", file=sys.stderr)
        return 1
    given.out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, value in _lines(told["site"]):
        print(f"{name:<28} {value}")
    return 0


def _lines(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        yield name, f"{value:.6f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
