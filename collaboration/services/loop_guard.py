"""Nothing is trained on that is measured with: looked at once more before every training of the loop."""

from typing import TYPE_CHECKING

from annotate.domain.filters import near_duplicate_clusters
from annotate.selectors.set_contents import benchmark_texts, training_texts

if TYPE_CHECKING:
    from annotate.models import PreferenceSet


def benchmark_leaks(preference_set: "PreferenceSet") -> list[str]:
    """Return the prompts in a frozen set's training file that some set of its project measures with.

    A near-duplicate of one counts, and so does what near-duplicates link to one. The split of the set has seen to that
    already; this reads the file that the engine will read.
    """
    training = list(training_texts(preference_set))
    held = benchmark_texts(preference_set.project_id)
    labels = near_duplicate_clusters(training + held).tolist()
    measured = set(labels[len(training) :])
    return [text for text, label in zip(training, labels, strict=False) if label in measured]
