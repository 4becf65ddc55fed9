"""python -m simulator: the whole chain, from a file to a benchmarked reward model, on a site of its own."""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import httpx

from simulator.chain import Options, run_chain
from simulator.client import Refused
from simulator.people import NOISE, TIE_BAND
from simulator.prepare import DEMO_FILE
from simulator.problems import Broken
from simulator.report import Clock, report_text
from simulator.site import Site, terminable

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run a simulation; return 0, or 1 with the reason on stderr if any link of the chain fails."""
    given = _parser().parse_args(arguments)
    options = Options(
        data=given.data.resolve(),
        limit=given.limit,
        out=given.out.resolve(),
        passes=given.passes,
        noise=given.noise,
        tie_band=given.tie_band,
        seed=given.seed,
        annotators=given.annotators,
        n_asleep=given.asleep,
        asleep_share=given.asleep_share,
    )
    folder = Path(tempfile.mkdtemp(prefix="cheems-simulation-"))
    try:
        with terminable():
            return _simulate(options, folder)
    except KeyboardInterrupt:
        print("Interrupted; the site is stopped.", file=sys.stderr)
        return INTERRUPTED
    finally:
        if given.keep:
            print(f"Database, logs, runs: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Start a site of its own, let simulated people do all the work over HTTP, train, benchmark.",
        epilog="With DATABASE_URL (PostgreSQL) or CELERY_BROKER_URL in the environment, a fresh database and an empty "
        "Redis database on those servers are used; without, SQLite and files.",
    )
    parser.add_argument("--data", type=Path, default=DEMO_FILE, help="prompts with responses (FORMATS 1) [the demo's]")
    parser.add_argument("--limit", type=_at_least_one, help="how many prompts to sample [all]")
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help="folder for report and files [demo-out]")
    parser.add_argument("--passes", type=int, choices=range(1, 6), default=2, help="passes over every prompt [2]")
    parser.add_argument("--noise", type=float, default=NOISE, help=f"an annotator's error (Thurstone) [{NOISE}]")
    parser.add_argument("--tie-band", type=float, default=TIE_BAND, help=f"differences called equal [{TIE_BAND}]")
    parser.add_argument(
        "--seed", type=_not_negative, default=0, help="of the sample, the noise, the split and the training [0]"
    )
    parser.add_argument("--annotators", type=_at_least_one, help="how many annotators [8, more for 3 passes and more]")
    parser.add_argument("--asleep", type=_not_negative, default=1, help="how many of them answer at random [1]")
    parser.add_argument("--asleep-share", type=float, default=0.4, help="on which share of their tasks [0.4]")
    parser.add_argument("--keep", action="store_true", help="keep the site's folder (database, logs, runs)")
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _simulate(options: Options, folder: Path) -> int:
    clock = Clock()
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        with Site(folder) as site:
            try:
                report = run_chain(options, folder, site, clock)
            except (Broken, Refused, httpx.HTTPError):
                shutil.copytree(site.logs, options.out / "logs", dirs_exist_ok=True)
                print(f"The logs of the site's processes are in {options.out / 'logs'}.", file=sys.stderr)
                raise
    except (Broken, Refused, httpx.HTTPError, OSError) as error:
        print(f"The chain broke at “{clock.current}”: {error}", file=sys.stderr)
        return 1
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    (options.out / "report.json").write_text(text, encoding="utf-8")
    print(report_text(report))
    print(f"Files in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
