"""The explorer of the matrix memory: what it draws is what the package's recurrence gives."""

import pytest
import torch
from drawn import marked, words

from lstm_lessons.explorers.matrix_lookup import VALUES, looked_up, stored, view


@pytest.mark.parametrize(
    ("pairs", "size", "forget"),
    [(1, 2, 0.5), (4, 8, 1.0), (16, 4, 1.0), (16, 32, 0.6), (24, 10, 0.9)],
)
def test_the_scores_are_those_of_a_matrix_of_torch(pairs, size, forget):
    keys, values = stored(pairs, size)
    k = torch.tensor(keys, dtype=torch.float64)
    memory = torch.zeros(VALUES, size, dtype=torch.float64)
    for key, value in zip(k, values, strict=True):
        memory = forget * memory
        memory[value] += key
    found = looked_up(pairs, size, forget)
    scores = torch.tensor([each.scores for each in found], dtype=torch.float64)
    torch.testing.assert_close(scores, k @ memory.T, rtol=0, atol=1e-12)
    torch.testing.assert_close(k.norm(dim=1), torch.ones(pairs, dtype=torch.float64))
    marks = marked(view(pairs=pairs, size=size, forget=forget).svg, "found")
    assert [words(mark) == "✓" for mark in marks.values()] == [each.right for each in found]


def test_what_its_presets_show_and_lesson_20_says_of_its_sizes():
    def count(pairs, size, forget=1.0):
        return sum(each.right for each in looked_up(pairs, size, forget))

    assert [count(pairs, 8) for pairs in (4, 5, 6)] == [4, 5, 5]
    assert [count(16, size) for size in (4, 8, 18)] == [8, 12, 16]
    assert all(count(16, size) < 16 for size in range(2, 18, 2))
    assert [size for size in range(18, 33, 2) if count(16, size) < 16] == [26]
    fading = [place for place, each in enumerate(looked_up(16, 32, 0.6)) if each.right]
    assert fading == [0, 8, 9, 11, 12, 13, 14, 15]
