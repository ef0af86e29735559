"""What the picture of ragged sentences shows is torch's own packing, and what its LSTM returns."""

from itertools import product

import pytest
import torch
from drawn import SVG, marked, tree, words
from settings import settings
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.ragged import (
    LONGEST,
    SENTENCES,
    numbers,
    view,
)

PARAMETERS = parameters(view)

EVERY = list(product(range(1, LONGEST + 1), repeat=SENTENCES))
SOME = [tuple([n] * SENTENCES) for n in (1, 4, LONGEST)] + [
    tuple(given.values()) for given in settings(view)
]


def named(lengths):
    return dict(zip(PARAMETERS, lengths, strict=True))


def torchs(lengths):
    """Return the block in which each place holds its step and sentence, and torch's packing."""
    steps, sentences = torch.meshgrid(
        torch.arange(max(lengths)), torch.arange(SENTENCES), indexing="ij"
    )
    x = torch.stack([steps, sentences], dim=-1)
    return x, pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)


def test_the_packing_is_torchs():
    for lengths in SOME + EVERY[::17]:
        made, (x, packed) = numbers(*lengths), torchs(lengths)
        assert made["rows"] == [tuple(row) for row in packed.data.tolist()], lengths
        for name in ("batch_sizes", "sorted_indices", "unsorted_indices"):
            assert made[name] == getattr(packed, name).tolist(), lengths
        assert (made["places"], made["valid"]) == (x[..., 0].numel(), len(packed.data))


def title(place):
    return place.find(f"{SVG}title").text


def numbers_in_places(svg):
    """Return the text on each place, by the corner of the place."""
    root = tree(svg)
    shown = [each for each in root.iter(f"{SVG}text") if each.get("pointer-events") == "none"]
    return {(float(each.get("x")), float(each.get("y"))): words(each) for each in shown}


@pytest.mark.parametrize("kind", ["padded", "packed"])
def test_every_place_says_which_row_of_data_it_is(kind):
    for lengths in SOME:
        svg, (_, packed) = view(**named(lengths)).svg, torchs(lengths)
        places, texts = marked(svg, kind), numbers_in_places(svg)
        assert len(places) == len(packed.data)
        for row, (step, sentence) in enumerate(packed.data.tolist()):
            place = places[f"{step},{sentence}"]
            said = f"data[{row}] is x[{step}, {sentence}]: step {step} of sentence {sentence}"
            assert title(place) == said
            middle = float(place.get("x")) + float(place.get("width")) / 2
            assert texts[middle, float(place.get("y")) + 17] == str(row)


def test_the_dashed_places_are_the_padding():
    for lengths in SOME:
        x, packed = torchs(lengths)
        held = {tuple(row) for row in packed.data.tolist()}
        wanted = {tuple(place) for place in x.flatten(0, 1).tolist()} - held
        found = marked(view(**named(lengths)).svg, "padding")
        assert set(found) == {f"{step},{sentence}" for step, sentence in wanted}


def test_the_stairs_are_as_high_as_batch_sizes():
    for lengths in SOME:
        svg, (_, packed) = view(**named(lengths)).svg, torchs(lengths)
        sizes = {int(t): int(words(each)) for t, each in marked(svg, "size").items()}
        assert list(sizes.values()) == packed.batch_sizes.tolist()
        columns = {}
        for place, box in marked(svg, "packed").items():
            columns.setdefault(int(place.split(",")[0]), set()).add(float(box.get("y")))
        assert {t: len(rows) for t, rows in columns.items()} == sizes
        tops = sorted({y for rows in columns.values() for y in rows})
        assert all(rows == set(tops[: len(rows)]) for rows in columns.values())


def test_the_frames_stand_where_torch_takes_h_n():
    """A layer's output equals h_n at one step alone; find that step, in torch's results."""
    torch.manual_seed(0)
    lstm = nn.LSTM(2, 3, dtype=torch.float64)
    for lengths in SOME[:60]:
        x = torch.randn(max(lengths), SENTENCES, 2, dtype=torch.float64)
        with torch.no_grad():
            output, (padded, _) = lstm(x)
            packed = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
            _, (own, _) = lstm(packed)
        svg = view(**named(lengths)).svg
        for kind, h_n in (("padded", padded[0]), ("packed", own[0])):
            frames, steps = marked(svg, f"end-{kind}"), columns_of(svg)
            for b in range(SENTENCES):
                close = (output[:, b] - h_n[b]).abs().amax(dim=1) < 1e-12
                (step,) = close.nonzero().flatten().tolist()
                assert steps[float(frames[str(b)].get("x")) + 1] == step
                said = marked(svg, "unpacked" if kind == "padded" else "own")[str(b)]
                assert words(said).startswith(f"step {step}, ")
                assert ("its last word" in words(said)) == (
                    step == lengths[b] - 1 or "past" in words(said)
                )


def columns_of(svg):
    """Return the step of each column, by the left edge of its places."""
    places = marked(svg, "padded") | marked(svg, "padding")
    return {float(box.get("x")): int(place.split(",")[0]) for place, box in places.items()}


def test_words_past_the_end_are_counted():
    for lengths in SOME:
        said = marked(view(**named(lengths)).svg, "unpacked")
        for b, n in enumerate(lengths):
            past = max(lengths) - n
            wanted = f"{past} past its last word" if past else "its last word"
            assert words(said[str(b)]) == f"step {max(lengths) - 1}, {wanted}"


def test_what_is_saved_is_the_padding():
    for lengths in SOME:
        picture, (x, packed) = view(**named(lengths)), torchs(lengths)
        places, padding = x[..., 0].numel(), x[..., 0].numel() - len(packed.data)
        (saved,) = marked(picture.svg, "saved").values()
        share = round(100 * padding / places)
        assert words(saved) == f"Left out by packing: {padding} of {places} places, {share} %."
        assert picture.alt.endswith(words(saved))


def test_words_for_the_default():
    assert view().alt == (
        "Five sentences of the lengths 3, 6, 2, 7, 5. Padded, x is (7, 5, I), and h_n of every "
        "sentence is the state after step 6; for these sentences that is past their last word: "
        "0, 1, 2, 4. Packed, the sentences stand in the order 3, 1, 4, 0, 2, data is (23, I), "
        "batch_sizes are 5, 5, 4, 3, 3, 2, 1, and h_n of every sentence is the state after its "
        "own last word. Left out by packing: 12 of 35 places, 34 %."
    )
