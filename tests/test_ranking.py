"""Likeness in meaning and shared words become one order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from knowledge.ranking import MEANING_WEIGHT, Scores, best_first, fuse, lift_by_company, number_groups
from knowledge.word_index import WordIndex

any_scores = arrays(np.float32, 6, elements=st.floats(-1, 40, width=32))


def scores(*values: float) -> Scores:
    return np.array(values, dtype=np.float32)


def test_the_best_in_both_comes_first_and_the_worst_in_both_last() -> None:
    fused = fuse(scores(0.2, 0.9, 0.5), scores(0.0, 11.0, 4.0))
    assert best_first(fused) == [1, 2, 0]
    np.testing.assert_allclose(fused[[1, 0]], [1, 0], atol=1e-6)


def test_meaning_weighs_more_than_words() -> None:
    assert best_first(fuse(scores(0.9, 0.1), scores(0.0, 30.0))) == [0, 1]
    assert MEANING_WEIGHT > 0.5


def test_scores_that_tell_nothing_apart_count_for_nothing() -> None:
    np.testing.assert_allclose(fuse(scores(0.3, 0.3), scores(0, 5)), [0, 1 - MEANING_WEIGHT], atol=1e-6)
    assert not fuse(scores(0, 0), scores(0, 0)).any()
    assert fuse(scores(), scores()).shape == (0,)


@given(meaning=any_scores, words=any_scores)
def test_fused_scores_lie_between_nought_and_one(meaning: Scores, words: Scores) -> None:
    fused = fuse(meaning, words)
    assert fused.min() >= 0
    assert fused.max() <= 1 + 1e-5


def test_a_clause_in_good_company_passes_a_lonely_equal() -> None:
    lifted = lift_by_company(scores(0.5, 0.5, 0.9), number_groups(["a", "b", "b"]))
    assert best_first(lifted) == [2, 1, 0]


def test_company_never_turns_the_order_within_a_group() -> None:
    within = scores(0.1, 0.7, 0.3)
    groups = number_groups("aaa")
    assert best_first(lift_by_company(within, groups, groups)) == best_first(within)


def test_equal_scores_keep_the_documents_order() -> None:
    assert best_first(scores(1, 2, 2, 1)) == [1, 2, 0, 3]
    assert best_first(scores(*[0, 1] * 500)) == [*range(1, 1000, 2), *range(0, 1000, 2)]


def test_equal_keys_get_equal_numbers() -> None:
    assert number_groups(["x", "y", "x", "z"]).tolist() == [0, 1, 0, 2]


def test_a_text_scores_by_the_rare_words_that_it_shares() -> None:
    index = WordIndex(["Volunteers add friends.", "Volunteers take photographs.", "The and of"])
    found = index.scores("may volunteers take photographs?")
    assert found[1] > found[0] > found[2] == 0


def test_questions_and_texts_without_words_score_nought() -> None:
    assert not WordIndex(["Volunteers add friends.", ""]).scores("").any()
    assert not WordIndex(["Volunteers add friends."]).scores("zebra 🙂 the").any()
    assert not WordIndex(["", "the"]).scores("friends").any()
    assert WordIndex([]).scores("friends").shape == (0,)


@given(texts=st.lists(st.text(max_size=40), max_size=5), question=st.text(max_size=40))
def test_every_text_has_a_finite_score(texts: list[str], question: str) -> None:
    found = WordIndex(texts).scores(question)
    assert found.shape == (len(texts),)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
