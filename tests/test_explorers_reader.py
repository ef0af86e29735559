"""The opening explorer is held against torch's module: verdicts, memory, gates, every sum said."""

import re
from functools import cache

import pytest
import torch
from drawn import SVG, marked, points, texts, tree, words

from lstm_lessons import trained_reader
from lstm_lessons.data.plain_reader import HIDDEN_SIZE
from lstm_lessons.explorers import reader as explorer
from lstm_lessons.explorers.reader import (
    PRESETS,
    Sum,
    column_width,
    in_words,
    never_met,
    share,
    view,
)

LINES = sorted({each["line"] for each in PRESETS.values()} | {"J", "Jack|said (no)", "W" * 32, " "})
NUMBER = r"\(?(−?\d+\.\d\d)\)?"
SUM = re.compile(rf"{NUMBER} · {NUMBER} \+ {NUMBER} · {NUMBER} = {NUMBER}")


@cache
@torch.no_grad()
def torchs(line):
    """Return torch's numbers of a line: certainty (T,), and c, i, f, g of each step, (T, H)."""
    reader, number = trained_reader()
    reader.double()
    numbers = torch.tensor([[number.get(character, 0) for character in line]])
    scores = reader(numbers, torch.tensor([len(line)]), each_step=True)[0, :, 0]
    w_ih, w_hh, b_ih, b_hh = reader.lstm.parameters()
    h = c = torch.zeros(HIDDEN_SIZE, dtype=torch.float64)
    kept = {name: [] for name in "cifg"}
    theirs = reader.lstm(reader.embedding(numbers))[0][0]
    for step, x in enumerate(reader.embedding(numbers)[0]):
        z_i, z_f, z_g, z_o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4)
        i, f, g, o = z_i.sigmoid(), z_f.sigmoid(), z_g.tanh(), z_o.sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        torch.testing.assert_close(h, theirs[step], rtol=0, atol=1e-12)
        for name, value in zip("cifg", (c, i, f, g), strict=True):
            kept[name].append(value)
    return {"certainty": scores.sigmoid()} | {n: torch.stack(v) for n, v in kept.items()}


def settings():
    for place, line in enumerate(LINES):
        for done in {1, (len(line) + 1) // 2, 32}:
            yield {"line": line, "characters": done, "unit": (5 * place + done) % HIDDEN_SIZE}
    yield from ({"unit": 5} | preset for preset in PRESETS.values())


each_setting = pytest.mark.parametrize("given", list(settings()), ids=str)


@each_setting
def test_the_verdict_is_the_modules(given):
    picture, done = view(**given), min(given["characters"], len(given["line"]))
    sure = torchs(given["line"])["certainty"][:done].tolist()
    said = words(marked(picture.svg, "verdict")["now"])
    kind = "code" if sure[-1] >= 0.5 else "prose"
    percent = 100 * max(sure[-1], 1 - sure[-1])
    assert said.startswith(f"It says: {kind}, ") and said in picture.alt
    if percent > 99:
        assert said.endswith("more than 99 % sure")
    else:
        assert float(said.split()[3]) == pytest.approx(percent, abs=0.51)
    curve = points(marked(picture.svg, "curve")["certainty"])
    ends = {words(each): float(each.get("y")) - 5 for each in tree(picture.svg).iter(f"{SVG}text")
            if words(each) in ("code", "prose")}  # fmt: skip
    shown = [(ends["prose"] - y) / (ends["prose"] - ends["code"]) for _, y in curve]
    assert shown == pytest.approx(sure, abs=1e-3)
    spoken = re.search(r"in percent: (.*?)\. Its memory", picture.alt)[1]
    assert [int(each) for each in re.findall(r" (\d+)(?:,|$)", spoken)] == pytest.approx(
        [100 * each for each in sure], abs=0.51
    )


@each_setting
def test_the_curve_and_the_gates_are_those_of_the_unit(given):
    picture, done = view(**given), min(given["characters"], len(given["line"]))
    made = {name: each[:done] for name, each in torchs(given["line"]).items()}
    c = made["c"][:, given["unit"]].tolist()
    found = points(marked(picture.svg, "curve")["c"])
    ticks = {}
    for each in tree(picture.svg).iter(f"{SVG}text"):
        if each.get("font-size") == "13" and re.fullmatch(r"−?\d+", words(each)):
            ticks[int(words(each).replace("−", "-"))] = float(each.get("y")) - 5
    low, high = min(ticks), max(ticks)
    assert low < high and 0 in ticks
    scale = (ticks[low] - ticks[high]) / (high - low)
    assert [(ticks[low] - y) / scale + low for _, y in found] == pytest.approx(c, abs=0.05)
    for gate in "fi":
        bars = re.findall(r"v(-?[\d.]+)h", marked(picture.svg, "bars")[gate].get("d"))
        drawn = [-float(each) / 26 for each in bars]
        assert drawn == pytest.approx(made[gate][:, given["unit"]].tolist(), abs=1e-3)


@each_setting
def test_every_sum_that_is_said_is_torchs(given):
    picture, done = view(**given), min(given["characters"], len(given["line"]))
    made = torchs(given["line"])
    said = [title.text for title in tree(picture.svg).iter(f"{SVG}title")]
    sums = [each for each in said if "c = f" in each]
    wanted = [(given["unit"], step) for step in range(done)]
    wanted += [(unit, done - 1) for unit in range(HIDDEN_SIZE)]
    assert len(sums) == len(wanted) and len(said) == len(wanted) + done
    for text, (unit, step) in zip(sums, wanted, strict=True):
        assert text.startswith(f"unit {unit} after ")
        old = made["c"][step - 1, unit].item() if step else 0.0
        numbers = [float(each.replace("−", "-")) for each in SUM.search(text).groups()]
        f, i, g, c = (made[name][step, unit].item() for name in "figc")
        assert numbers == pytest.approx([f, old, i, g, c], abs=6e-3)
        assert c == pytest.approx(f * old + i * g, abs=1e-9)
    shown = words(marked(picture.svg, "sum")[str(given["unit"])])
    assert shown.removeprefix("= ") in sums[done - 1]
    assert picture.alt.endswith(shown + ".")


@each_setting
def test_every_number_of_the_memory_is_a_bar_of_its_size_and_sign(given):
    picture, done = view(**given), min(given["characters"], len(given["line"]))
    memory = torchs(given["line"])["c"][:done]
    widest = max(float(each) for path in _bars(picture) for each in re.findall(r"h([\d.]+)v", path))
    for unit in range(HIDDEN_SIZE):
        for sign in ("above", "below"):
            path = marked(picture.svg, sign).get(str(unit))
            count = len(re.findall("M", path.get("d"))) if path is not None else 0
            seen = [c for c in memory[:, unit].tolist() if (c > 0) == (sign == "above")]
            large = [c for c in seen if share(c) > 0.15]
            assert len(large) <= count <= len(seen)
    assert widest <= 640 / len(given["line"])


@pytest.mark.parametrize("line", ["print(x, y)", "for k in range(10):", "W" * 32])
def test_the_key_is_as_wide_as_the_bars_of_the_rows(line):
    column = column_width(line) - 3
    shown = {int(value): float(each.get("width")) / column
             for value, each in marked(view(line=line).svg, "key").items()}  # fmt: skip
    assert shown == pytest.approx({1: 1 / 2, 3: 3 / 4, 10: 10 / 11}, abs=1e-3)
    c = torchs(line)["c"][-1].tolist()
    picture = view(line=line, characters=32)
    for unit, path in marked(picture.svg, "above").items():
        if c[int(unit)] > 0.2:
            last = float(re.findall(r"h([\d.]+)v", path.get("d"))[-1])
            assert last == pytest.approx(column * share(c[int(unit)]), abs=0.02)


def test_it_opens_on_the_unit_of_which_the_first_lesson_speaks():
    assert "Unit 5: its memory c" in texts(view().svg)


def _bars(picture):
    return [each.get("d") for sign in ("above", "below") for each in
            marked(picture.svg, sign).values()]  # fmt: skip


def test_read_characters_are_bold_and_the_rest_is_muted():
    drawn = marked(view(line="f(a, b)", characters=3).svg, "character")
    assert "".join(words(each) for each in drawn.values()) == "f(a,b)"
    bold = [place for place, each in drawn.items() if each.get("font-weight") == "bold"]
    assert bold == ["0", "1", "2"]


def test_a_line_that_is_shorter_than_the_slider_is_read_to_its_end():
    assert view(line="x = [0, 1]", characters=32) == view(line="x = [0, 1]", characters=10)


def test_characters_that_it_has_never_met_are_said():
    assert never_met("for x in y:") == []
    assert never_met("Jack | Jill") == ["J", "|"]
    picture = view(line="Jack")
    assert "never met in training, read as nothing: J" in texts(picture.svg)
    assert "Never met in training, read as nothing: J." in picture.alt


def test_the_presets_show_what_they_promise():
    final = {name: torchs(each["line"])["certainty"] for name, each in PRESETS.items()}
    five = {name: torchs(each["line"])["c"][:, 5] for name, each in PRESETS.items()}
    done = {name: min(e["characters"], len(e["line"])) - 1 for name, e in PRESETS.items()}
    mind = final["it changes its mind"]
    assert mind[done["it changes its mind"]] < 0.1 and mind[done["it changes its mind"] + 1] > 0.65
    assert final["prose"][-1] < 0.05 and five["prose"].abs().max() < 0.1
    assert final["a bracket in prose"][-1] < 0.1
    for name, last in (("an open bracket", 9), ("a bracket in prose", done["a bracket in prose"])):
        assert five[name][last] > 0.8 and abs(five[name][-1]) < 0.1
    assert PRESETS["an open bracket"]["line"][done["an open bracket"] + 1] == "("  # comes next
    line = PRESETS["nested brackets"]["line"]
    assert line[done["nested brackets"]] == ")" and line.count("(") == 2
    assert abs(five["nested brackets"][done["nested brackets"]]) < 0.1  # the outer one is open
    assert five["seven brackets"][6] > 6.9 and abs(five["seven brackets"][7]) < 0.1
    assert five["a long bracket"][done["a long bracket"]] == pytest.approx(2.5, abs=0.05)
    assert five["a list of words"][done["a list of words"]] == pytest.approx(0.1, abs=0.05)
    assert five["a bracket in a string"][-1] > 1


def test_the_explorer_plays_over_the_characters():
    made = explorer()
    assert made.player.max == 32 and list(made.presets) == list(PRESETS) and len(PRESETS) == 9


def test_a_line_that_is_typed_is_read_to_its_end_and_a_preset_as_far_as_it_says():
    made = explorer()
    line, characters = made.sliders["line"], made.sliders["characters"]
    for typed, read in (("x", 1), ("f(x) is", 7), ("", 1), ("W" * 40, 32)):
        line.value = typed
        assert characters.value == read
    for name, preset in PRESETS.items():
        made.presets[name].click()
        assert (line.value, characters.value) == (preset["line"], preset["characters"])


def test_the_words_of_a_sum():
    class OfOne:
        f, i, g, c, certainty = [0.25], [0.5], [-1.0], [-0.25], 0.3

    before = OfOne()
    before.c = [1.0]
    assert str(Sum.of(before, OfOne(), 0)) == "0.25 · 1.00 + 0.50 · (−1.00) = −0.25"
    assert str(Sum.of(None, OfOne(), 0)).startswith("0.25 · 0.00 + ")
    assert in_words(OfOne()) == "prose, 70 % sure"
