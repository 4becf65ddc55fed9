"""Which prompts of a preference set are for training and which for the benchmark, on plain values.

A cluster of near-duplicates goes to one side whole. What an earlier set of the project showed to a model stays out of
the benchmark, and what it measured with stays out of training, so that versions of a set remain comparable.
"""

import hashlib
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotate.domain.states import Split, Subset


@dataclass(frozen=True, slots=True)
class Candidate:
    """One prompt that is to be split. `has_pairs` tells whether its ranking orders anything.

    `chosen` tells that a model chose it for annotation: what it measures would be the model's choice, too.
    """

    key: int
    name: str
    subset: Subset
    category: str
    has_pairs: bool
    cluster: int
    chosen: bool = False


@dataclass(slots=True, eq=False)
class _Cluster:
    """Near-duplicates. `side` is where they belong: on the benchmark (True), in training (False), or undecided (None).

    Earlier sets decide it, and where they did not, that a model chose one of them for annotation.
    """

    rank: str
    side: bool | None
    members: list[Candidate] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.members)

    @property
    def has_pairs(self) -> bool:
        return any(member.has_pairs for member in self.members)

    @property
    def subset(self) -> Subset:
        return self.members[0].subset

    @property
    def category(self) -> str:
        return self.members[0].category


def split_prompts(
    candidates: Sequence[Candidate], earlier: Mapping[int, bool], share: float, seed: int
) -> dict[int, Split]:
    """Return {candidate key: side}.

    earlier: {cluster: whether an earlier set had a prompt of it on a benchmark}. share: how many of each subset's
    prompts are wanted on the benchmark, category by category; what earlier sets put there counts. With a share above 0
    a subset of two clusters or more has a prompt with ordered pairs on the benchmark; of three prompts or more one with
    ordered pairs is left for training. Both hold as far as earlier sets and models' choices allow, and training comes
    first. What a model chose is never on the benchmark, nor are its near-duplicates; where an earlier set has measured
    with one of these, the chosen prompt may not be trained on either and is left out.
    """
    candidates = [one for one in candidates if not (one.chosen and earlier.get(one.cluster))]
    clusters = _clusters(candidates, earlier, seed)
    drawn: list[_Cluster] = []
    if share > 0:
        for subset in Subset:
            drawn += _drawn([cluster for cluster in clusters if cluster.subset == subset], share)
    if len(candidates) >= 3:
        _spare_training(clusters, drawn)
    on_benchmark = {id(cluster) for cluster in clusters if cluster.side} | {id(cluster) for cluster in drawn}
    return {
        member.key: Split(member.subset) if id(cluster) in on_benchmark else Split.TRAIN
        for cluster in clusters
        for member in cluster.members
    }


def _clusters(candidates: Sequence[Candidate], earlier: Mapping[int, bool], seed: int) -> list[_Cluster]:
    clusters: dict[int, _Cluster] = {}
    for candidate in candidates:
        if candidate.cluster not in clusters:
            # A hash of the name, so that the draw depends neither on row ids nor on the order of the rows.
            rank = hashlib.sha256(f"{seed}:{candidate.name}".encode()).hexdigest()
            clusters[candidate.cluster] = _Cluster(rank, earlier.get(candidate.cluster))
        cluster = clusters[candidate.cluster]
        cluster.members.append(candidate)
        if candidate.chosen:
            cluster.side = False
    return sorted(clusters.values(), key=lambda cluster: cluster.rank)


def _drawn(clusters: Sequence[_Cluster], share: float) -> list[_Cluster]:
    """Return the clusters of one subset that go to the benchmark now, always serving the category furthest behind."""
    queues: dict[str, deque[_Cluster]] = defaultdict(deque)
    behind: dict[str, float] = defaultdict(float)
    n_wanted = round(share * sum(cluster.size for cluster in clusters))
    for cluster in clusters:
        behind[cluster.category] += share * cluster.size
        if cluster.side:
            behind[cluster.category] -= cluster.size
            n_wanted -= cluster.size
        elif cluster.side is None:
            queues[cluster.category].append(cluster)
    drawn: list[_Cluster] = []
    while n_wanted > 0 and queues:
        category = max(queues, key=lambda name: (behind[name], name))
        cluster = queues[category].popleft()
        if not queues[category]:
            del queues[category]
        # One of more than twice what is still wanted would overshoot by more than leaving it out falls short.
        if cluster.size <= 2 * n_wanted:
            drawn.append(cluster)
            behind[category] -= cluster.size
            n_wanted -= cluster.size
    return drawn + _with_pairs(clusters, drawn)


def _with_pairs(clusters: Sequence[_Cluster], drawn: Sequence[_Cluster]) -> list[_Cluster]:
    """Return one more cluster if the subset's benchmark would have no ordered pair and another cluster is left."""
    if len(clusters) < 2 or any(cluster.has_pairs for cluster in (*drawn, *filter(lambda c: c.side, clusters))):
        return []
    return [cluster for cluster in clusters if cluster.side is None and cluster.has_pairs][:1]


def _spare_training(clusters: Sequence[_Cluster], drawn: list[_Cluster]) -> None:
    """Take one cluster out of `drawn` again if training would be left without ordered pairs."""
    taken = {id(cluster) for cluster in drawn}
    left = (cluster for cluster in clusters if not cluster.side and id(cluster) not in taken)
    if not any(cluster.has_pairs for cluster in left):
        for cluster in reversed(drawn):
            if cluster.has_pairs:
                drawn.remove(cluster)
                return
