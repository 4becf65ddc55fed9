"""Text faults, share of Chinese, near-duplicates against brute force."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain import filters
from annotate.domain.filters import chinese_share, folded, near_duplicate_clusters, text_fault
from annotate.domain.types import DomainError


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("你好", None),
        ("😀", None),
        ("a\0b", "nul"),
        ("半个\ud83d", "lone_surrogate"),
        ("", "blank"),
        (" \n\t\u3000\u200b\ufeff", "blank"),
        ("字" * 11, "too_long"),
        ("字" * 10, None),
    ],
)
def test_a_text_that_cannot_be_used_is_named_by_its_fault(text, fault):
    assert text_fault(text, max_chars=10) == fault


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("中文，只有中文。", 1.0),
        ("only English", 0.0),
        ("中文ab", 0.5),
        ("中文！！！ ——“”", 1.0),
        ("ＡＢ中文", 0.5),
        ("𠀀", 1.0),
        ("かな", 0.0),
        ("！？ 😀", 0.0),
        ("", 0.0),
    ],
)
def test_the_share_of_chinese_is_among_letters_and_digits(text, share):
    assert chinese_share(text) == share


def brute_force_clusters(texts, threshold):
    """Every pair compared as Python sets; clusters by flooding."""
    sets = []
    for text in texts:
        padded = folded(text) + "\uffff" * max(0, 3 - len(folded(text)))
        sets.append({padded[start : start + 3] for start in range(len(padded) - 2)})
    labels = [-1] * len(texts)
    for start in range(len(texts)):
        if labels[start] >= 0:
            continue
        label = max(labels) + 1
        waiting = [start]
        while waiting:
            one = waiting.pop()
            if labels[one] >= 0:
                continue
            labels[one] = label
            waiting += [
                other
                for other in range(len(texts))
                if len(sets[one] & sets[other]) / len(sets[one] | sets[other]) >= threshold
            ]
    return labels


@given(
    st.lists(st.text("ab中", max_size=12), max_size=25),
    st.sampled_from([0.2, 0.5, 0.6, 0.75, 0.8, 0.9, 1.0]),
)
def test_clusters_of_short_texts_equal_brute_force(texts, threshold):
    assert near_duplicate_clusters(texts, threshold).tolist() == brute_force_clusters(texts, threshold)


@pytest.mark.parametrize("threshold", [0.4, 0.6, 0.8])
def test_likeness_is_found_between_texts_that_an_unlike_text_shares_all_their_rare_grams_with(threshold):
    generator = random.Random(11)
    for n in (6, 8, 10, 12, 15, 20, 30) * 10:
        texts = ["".join(generator.choices("abcd", k=generator.randrange(4, 12))) for _ in range(n)]
        assert near_duplicate_clusters(texts, threshold).tolist() == brute_force_clusters(texts, threshold)


@pytest.mark.parametrize("batch_cost", [filters._BATCH_COST, 50])
def test_clusters_of_edited_texts_equal_brute_force_in_batches_of_any_size(monkeypatch, batch_cost):
    monkeypatch.setattr(filters, "_BATCH_COST", batch_cost)
    generator = random.Random(5)
    alphabet = [chr(code) for code in range(0x4E00, 0x4E00 + 300)]
    texts = ["".join(generator.choices(alphabet, k=generator.randrange(1, 120))) for _ in range(60)]
    for _ in range(140):
        edited = list(generator.choice(texts))
        for _ in range(generator.randrange(6)):
            edited[generator.randrange(len(edited))] = generator.choice(alphabet)
        texts.append("".join(edited))
    found = near_duplicate_clusters(texts).tolist()
    assert found == brute_force_clusters(texts, 0.8)
    assert 60 < len(set(found)) < 150


def test_texts_that_differ_in_case_width_spaces_and_punctuation_only_share_a_cluster():
    same = [
        "请用Python写一个函数，求和。",
        "请用 python 写一个函数,求和",
        "请用Ｐｙｔｈｏｎ写一个函数：求和！",
    ]
    assert near_duplicate_clusters([*same, "请用Java写一个类"]).tolist() == [0, 0, 0, 1]


def test_sums_that_differ_in_the_operator_stay_apart():
    assert near_duplicate_clusters(["3+5=?", "3-5=?", "3×5=?", "3+5=？"]).tolist() == [0, 1, 2, 0]


def test_exact_duplicates_share_a_cluster_however_short_or_odd():
    odd = ["", "好", "？", "😀", "\ud83d", "数学", " "]
    labels = near_duplicate_clusters(odd + odd).tolist()
    assert labels == list(range(len(odd))) * 2


def test_likeness_is_passed_on_from_neighbour_to_neighbour():
    chain = ["".join(chr(0x4E00 + code) for code in range(start, start + 40)) for start in range(0, 41, 4)]
    assert set(near_duplicate_clusters(chain, 0.8).tolist()) == {0}
    assert near_duplicate_clusters([chain[0], chain[-1]], 0.8).tolist() == [0, 1]


def test_folding_is_stable_under_unicode_normalisation():
    text = "Ｃａｆé，①　㍿"
    assert folded(text) == folded(unicodedata.normalize("NFD", text)) == "café1株式会社"


def test_no_texts_have_no_clusters():
    assert near_duplicate_clusters([]).shape == (0,)


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1, float("nan")])
def test_a_threshold_outside_0_to_1_is_refused(threshold):
    with pytest.raises(DomainError) as refused:
        near_duplicate_clusters(["a"], threshold)
    assert refused.value.code == "invalid_threshold"
