"""The chain itself, from a file to a benchmarked reward model, each step by the person whose job it is."""

import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from simulator.client import Client
from simulator.people import side_by_side
from simulator.prepare import DEMO_FILE, Input, prepare
from simulator.problems import Broken
from simulator.protocol import SETTINGS, STAGES, Crew, Protocol
from simulator.report import Clock, report_body
from simulator.site import Process, Site

OWNER, RESEARCHER = "sim-owner", "sim-researcher"
SENIORS = {
    "sim-delivery-1": "delivery",
    "sim-delivery-2": "delivery",
    "sim-operations": "operations",
    "sim-research": "research",
}
FEWEST_ANNOTATORS = 8
PROJECT, SET = "模拟项目", "模拟偏好集"
BASE = "tiny"
GUIDELINES = DEMO_FILE.parent / "guidelines"
BENCHMARK_SHARE = 0.25
POLL_SECONDS = 0.3
JOB_SECONDS, RUN_SECONDS = 1800.0, 4 * 3600.0
FILES = (
    "cheems_train.jsonl",
    "cheems_bench/open.jsonl",
    "cheems_bench/human.jsonl",
    "trl.jsonl",
    "annotations.jsonl",
    "remarks.jsonl",
    "manifest.json",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What a simulation is asked for. Without `annotators` there are as many as the passes need, at least eight."""

    data: Path
    limit: int | None
    out: Path
    passes: int
    noise: float
    tie_band: float
    seed: int
    annotators: int | None
    n_asleep: int
    asleep_share: float

    @property
    def n_annotators(self) -> int:
        """Return how many annotators there are.

        Five tasks of a prompt may seat five people in each pass, who then serve in no other; one more can always go on.
        """
        return self.annotators or max(FEWEST_ANNOTATORS, 5 * (self.passes - 1) + 3)


def run_chain(options: Options, folder: Path, site: Site, clock: Clock) -> dict[str, Any]:
    """Run the whole chain on a site that is not yet started, and return the report. Raises Broken, Refused."""
    with clock.stage("prepare the input"):
        given = prepare(options.data, limit=options.limit, seed=options.seed, folder=folder)
    password = secrets.token_urlsafe(12)
    with clock.stage("start the site"):
        base = _start(site, given, options, password)
    with ExitStack() as stack:
        with clock.stage("log in, create the project"):
            names = [OWNER, RESEARCHER, *SENIORS, *_annotator_names(options)]
            people = [stack.enter_context(Client(site.address, name)) for name in names]
            side_by_side([partial(_log_in, share, password) for share in (people[::2], people[1::2])])
            owner, researcher = people[:2]
            crew = _crew(people, given, options)
            project = _create_project(owner, options)
        chain = Chain(site, researcher, project)
        with clock.stage("import"):
            chain.import_file(given)
        protocol = Protocol(project, crew, chain.figures)
        with clock.stage("gold tasks and entrance exam"):
            protocol.make_gold()
            protocol.examine()
        with clock.stage(f"annotate, discuss, settle, review ({len(crew.annotators)} annotators)"):
            n_rounds = protocol.run()
        with clock.stage("freeze the preference set"):
            preference_set = chain.freeze(options.seed)
        with clock.stage("train and benchmark"):
            base.wait()
            run = chain.train(preference_set, options.seed)
        with clock.stage("export"):
            chain.export(preference_set, options.out)
        report = report_body(given, chain.figures(), preference_set, run)
        report["protocol"] = {**chain.protocol(owner), "rounds": n_rounds, "asleep": sorted(crew.asleep)}
    settings = {"passes": options.passes, "noise": options.noise, "tie_band": options.tie_band, "seed": options.seed}
    return report | settings | {"annotators": len(crew.annotators), "stages": clock.stages, "seconds": clock.seconds}


def _log_in(people: list[Client], password: str, *, stop: threading.Event) -> int:
    for person in people:
        if not stop.is_set():
            person.log_in(password)
    return len(people)


def _annotator_names(options: Options) -> list[str]:
    return [f"sim-annotator-{number}" for number in range(1, options.n_annotators + 1)]


def _start(site: Site, given: Input, options: Options, password: str) -> Process:
    """Start the site with its accounts; return the building of the base model, which goes on beside the annotation."""
    site.manage("migrate", "--noinput", "--verbosity", "0")
    accounts = site.start_manage(
        "create_person", RESEARCHER, *SENIORS, *_annotator_names(options), CHEEMS_PASSWORD=password
    )
    site.manage("create_person", OWNER, "--staff", CHEEMS_PASSWORD=password)
    accounts.wait()
    site.start_web()
    site.start_workers()
    return site.start_manage("build_tiny_base", "--text", str(given.file))


def _crew(people: list[Client], given: Input, options: Options) -> Crew:
    """Return everybody in their part; the last annotators are those who answer at random."""
    named = {person.username: person for person in people}
    annotators = [named[name] for name in _annotator_names(options)]
    asleep = annotators[len(annotators) - options.n_asleep :]
    return Crew(
        researcher=named[RESEARCHER],
        annotators=annotators,
        seniors={stage: [named[name] for name, at in SENIORS.items() if at == stage] for stage in STAGES},
        quality=given.quality,
        noise=options.noise,
        tie_band=options.tie_band,
        seed=options.seed,
        asleep={person.username: options.asleep_share for person in asleep},
    )


def _create_project(owner: Client, options: Options) -> int:
    project = owner.post("projects", {"name": PROJECT, "description": "由模拟程序创建的项目。"})["id"]
    owner.patch(f"projects/{project}", {"passes": options.passes, **SETTINGS})
    roles = {RESEARCHER: "researcher"} | {name: f"{stage}_reviewer" for name, stage in SENIORS.items()}
    for username, role in (roles | dict.fromkeys(_annotator_names(options), "annotator")).items():
        owner.put(f"projects/{project}/members", {"username": username, "roles": [role]})
    return int(project)


def training_params(n_responses: int, seed: int) -> dict[str, Any]:
    """Return hyperparameters for the tiny base, whose weights are random: PROTOCOL 9's are for a base that can read."""
    return {
        "learning_rate": 1e-3,
        "regularization": 0.01,
        "batch_responses": 20,
        "max_length": 768,
        "truncate": "left",
        "epochs": min(12, max(3, round(1000 / n_responses))),
        "seed": seed,
        "device": "cpu",
    }


class Chain:
    """The steps on a running site. Each raises Broken, with the reason, where the site does not do what it should."""

    def __init__(self, site: Site, researcher: Client, project: int) -> None:
        self.site, self.researcher, self.project = site, researcher, project

    def import_file(self, given: Input) -> None:
        """Upload, wait for the check, commit, wait for the writing, give the categories their guidelines."""
        fields = {"keep_good": "false", "human_sources": ",".join(given.human_sources)}
        job = self.researcher.upload(f"projects/{self.project}/imports", given.file, fields)
        path = f"imports/{job['id']}"
        job = self._wait(path, lambda row: row["state"] != "checking", JOB_SECONDS)
        if job["n_bad"]:
            problems = self.researcher.get(f"{path}/errors")["results"][:5]
            said = "\n".join(f"  line {row['line']}: {row['field']}: {row['message']}" for row in problems)
            raise Broken(f"{job['n_bad']} lines cannot be imported, for example:\n{said}")
        self.researcher.post(f"{path}/commit")
        job = self._wait(path, lambda row: row["state"] != "importing", JOB_SECONDS)
        if job["state"] != "done" or job["n_prompts"] != given.n_prompts or job["n_responses"] != given.n_responses:
            raise Broken(f"The import ended {job['state']} with {job['n_prompts']} prompts. {job['error']}".rstrip())
        self._give_guidelines()

    def _give_guidelines(self) -> None:
        files = json.loads((GUIDELINES / "index.json").read_text(encoding="utf-8"))
        for category in self.researcher.get(f"projects/{self.project}/categories")["results"]:
            if len(category["path"]) == 1 and category["path"][0] in files:
                text = (GUIDELINES / files[category["path"][0]]).read_text(encoding="utf-8")
                self.researcher.put(f"categories/{category['id']}/guideline", {"text": text})

    def freeze(self, seed: int) -> dict[str, Any]:
        """Freeze everything accepted."""
        wanted = {"name": SET, "benchmark_share": BENCHMARK_SHARE, "seed": seed, "note": "由模拟程序冻结。"}
        row = self.researcher.post(f"projects/{self.project}/sets", wanted)
        row = self._wait(f"sets/{row['id']}", lambda row: row["state"] != "freezing", JOB_SECONDS)
        if row["state"] != "frozen":
            raise Broken(f"The preference set could not be frozen: {row['error']}")
        return row

    def train(self, preference_set: dict[str, Any], seed: int) -> dict[str, Any]:
        """Train a reward model on the set, and find it on the leaderboard."""
        params = training_params(preference_set["counts"]["train"]["responses"], seed)
        wanted = {"set": preference_set["id"], "base": BASE, "params": params}
        run = self.researcher.post(f"projects/{self.project}/runs", wanted)
        ended = ("succeeded", "failed", "cancelled")
        run = self._wait(f"runs/{run['id']}", lambda row: row["state"] in ended, RUN_SECONDS)
        if run["state"] != "succeeded" or run["metrics"] is None:
            raise Broken(f"The training run {run['state']}: {run['error']}")
        rows = self.researcher.get(f"projects/{self.project}/leaderboard", set=preference_set["id"])["rows"]
        if [row["run"] for row in rows] != [run["id"]]:
            raise Broken(f"The leaderboard shows {len(rows)} rows instead of the one model.")
        return run

    def export(self, preference_set: dict[str, Any], out: Path) -> None:
        """Download the set's files, each as it was frozen."""
        frozen = {file["name"]: file["sha256"] for file in preference_set["files"]}
        for name in FILES:
            digest = self.researcher.download(f"sets/{preference_set['id']}/files/{name}", out / name)
            if name in frozen and digest != frozen[name]:
                raise Broken(f"{name} is not the file that was frozen: its SHA-256 is {digest}.")

    def protocol(self, owner: Client) -> dict[str, Any]:
        """Return what quality control did; people who were paused under their user names."""
        told: dict[str, Any] = self.researcher.get(f"projects/{self.project}/protocol")
        names = {row["pseudonym"]: row["username"] for row in owner.get(f"projects/{self.project}/members")["results"]}
        total = self.researcher.get(f"projects/{self.project}/statistics", by="source")["total"]
        return {
            **told,
            "paused": sorted(names[pseudonym] for pseudonym in told["paused"]),
            "first_agreement": total["agreement"] and total["agreement"]["rate"],
            "alpha": total["alpha"],
        }

    def figures(self) -> dict[str, Any]:
        """Return the project's figures."""
        figures: dict[str, Any] = self.researcher.get(f"projects/{self.project}/figures")
        return figures

    def _wait(self, path: str, done: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        row: dict[str, Any] = self.researcher.get(path)
        while not done(row):
            self.site.check()
            if time.monotonic() > deadline:
                raise Broken(f"{path} is still {row['state']} after {seconds:.0f} s.")
            time.sleep(POLL_SECONDS)
            row = self.researcher.get(path)
        return row
