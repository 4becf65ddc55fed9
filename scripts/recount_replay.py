"""Recounts what a replay of human judgements must come to, from the file of judgements alone.

    python scripts/recount_replay.py FILE replay.json

Nothing of the platform is imported: graphs are networkx's, alpha is the krippendorff package's, tau is SciPy's. Of
replay.json only the tasks are read (which responses stood together), and the site's figures to compare with. Exits 1
where a figure differs.
"""

import argparse
import gzip
import json
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import krippendorff
import networkx as nx
import numpy as np
from scipy.stats import kendalltau, rankdata

THRESHOLD = 0.9
TOLERANCE = 1e-9


def scores_by_prompt(file: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Return {prompt: {rater: {model: score}}}."""
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {row["id"]: {said["annotator"]: said["scores"] for said in row["judgments"]} for row in rows}


def recount(prompts: list[dict[str, Any]], scores: dict[str, dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Return the figures of the prompts' tasks."""
    same = n_pairs = conflicts = said_in_all = cycles = below = 0
    rates, taus = [], []
    ranks: list[list[float]] = [[], []]
    for prompt in prompts:
        graph, said = nx.DiGraph(), []
        agreed = compared = 0
        for task in prompt["tasks"]:
            graph.add_nodes_from(task)
            given = [[scores[prompt["id"]][rater][model] for model in task] for rater in prompt["raters"]]
            for values, column in zip(given, ranks, strict=True):
                column.extend(rankdata([-value for value in values]))
            tau = kendalltau(*given).statistic
            if not np.isnan(tau):
                taus.append(tau)
            for i, j in combinations(range(len(task)), 2):
                signs = [int(np.sign(values[i] - values[j])) for values in given]
                agreed += signs[0] == signs[1]
                compared += 1
                said += [(task[i], task[j], sign) for sign in signs]
        for a, b, sign in said:
            if sign >= 0:
                graph.add_edge(a, b)
            if sign <= 0:
                graph.add_edge(b, a)
        tier = tiers(graph)
        cycles += any(len(part) > 1 for part in nx.strongly_connected_components(graph))
        conflicts += sum(int(np.sign(tier[b] - tier[a])) != sign for a, b, sign in said)
        said_in_all += len(said)
        same, n_pairs = same + agreed, n_pairs + compared
        rates.append(agreed / compared)
        below += agreed / compared < THRESHOLD
    return {
        "prompts": len(prompts),
        "comparisons": said_in_all,
        "agreement": same / n_pairs,
        "agreement_mean_of_prompts": float(np.mean(rates)),
        "below_threshold": below,
        "alpha": float(krippendorff.alpha(reliability_data=np.array(ranks), level_of_measurement="ordinal")),
        "tau": float(np.mean(taus)),
        "conflict_rate": conflicts / said_in_all,
        "prompts_with_merged": cycles,
    }


def tiers(graph: "nx.DiGraph[str]") -> dict[str, int]:
    """Return the tier of every response: the generation of its strongly connected component in the condensation."""
    condensed = nx.condensation(graph)
    return {
        model: number
        for number, generation in enumerate(nx.topological_generations(condensed))
        for component in generation
        for model in condensed.nodes[component]["members"]
    }


def main() -> int:
    """Print both columns; return 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("replay", type=Path)
    given = parser.parse_args()
    replay = json.loads(given.replay.read_text(encoding="utf-8"))
    counted = recount(replay["prompts"], scores_by_prompt(given.data))
    differ = [name for name, value in counted.items() if abs(value - replay["site"][name]) > TOLERANCE]
    print(f"{'':<28} {'platform':>12} {'recount':>12}")
    for name, value in counted.items():
        print(f"{name:<28} {replay['site'][name]:>12.6f} {value:>12.6f}{'   differs' if name in differ else ''}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
