"""All that the map of nn.LSTM says and draws is held against torch: shapes, counts, code, remarks.

The code is read back from the picture and run.
"""

import inspect
import re
import warnings
from collections import Counter
from functools import cache
from itertools import product
from random import Random
from time import process_time

import pytest
import torch
from drawn import SVG, marked, points, text_width, texts, tree, words
from settings import every_value, settings
from torch import nn

from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.lstm_map import (
    RIGHT,
    numbers,
    view,
)
from lstm_lessons.explorers.lstm_map_words import DEFAULTS

PARAMETERS = parameters(view)

# torch says once in a process that it has no fast way for float32 with projections.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:LSTM with projections")]

START = {name: each.default for name, each in PARAMETERS.items()}
CALL = ("input", "h_0", "c_0", "output", "h_n", "c_n")
SWITCHES = ("bias", "batch_first", "bidirectional", "unbatched")
YES_NO = ("False", "True")
PROJECTIONS = ("none", "some", "refused")
SMALL = {"input_size": 7, "hidden_size": 9, "seq_len": 6, "batch": 5}


def sample(seed, **most):
    """Return a setting of each kind by chance, with numbers at most as given.

    The kinds are all combinations of the switches, of one layer and more, and of no projection,
    one that torch takes and one that it refuses.
    """
    random = Random(seed)
    ranges = {name: every_value(allowed) for name, (allowed, *_) in PARAMETERS.items()}
    for name, largest in most.items():
        ranges[name] = [value for value in ranges[name] if value <= largest]
    found = []
    for *switches, deep, projected in product(*(YES_NO,) * 4, (0, 1), PROJECTIONS):
        given = {name: random.choice(each) for name, each in ranges.items()}
        given |= zip(SWITCHES, switches, strict=True)
        given["num_layers"] = random.randint(2, 4) if deep else 1
        if projected == "some":
            given["hidden_size"] = max(2, given["hidden_size"])
        lowest, highest = {
            "none": (0, 0),
            "some": (1, given["hidden_size"] - 1),
            "refused": (given["hidden_size"], PARAMETERS["proj_size"][0].high),
        }[projected]
        given["proj_size"] = random.randint(min(lowest, highest), highest)
        found.append(given)
    return found


WIDE = [*settings(view), *sample(0)]
# Small enough to be run with real numbers.
RUN = [START, *sample(1, **SMALL)]


def layer_of(given, **more):
    """Return torch's layer, made from the controls' values and not from the picture's code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a dropout with one layer, which has a test below
        return nn.LSTM(
            given["input_size"],
            given["hidden_size"],
            given["num_layers"],
            given["bias"] == "True",
            given["batch_first"] == "True",
            round(given["dropout"], 1),
            given["bidirectional"] == "True",
            min(given["proj_size"], given["hidden_size"] - 1),
            **more,
        )


def input_of(given, **more):
    time, batch = given["seq_len"], given["batch"]
    front = (batch, time) if given["batch_first"] == "True" else (time, batch)
    if given["unbatched"] == "True":
        front = (time,)
    return torch.randn(*front, given["input_size"], **more)


@torch.no_grad()
def by_name(layer, x):
    """Return all of torch's tensors by their names; the states are those that torch demands."""
    output, (h_n, c_n) = layer(x)
    layer(x[:1] if x.dim() == 2 else x.narrow(int(layer.batch_first), 0, 1), (h_n, c_n))
    call = {"input": x, "h_0": h_n, "c_0": c_n, "output": output, "h_n": h_n, "c_n": c_n}
    return call | dict(layer.named_parameters())


@cache
def wide():
    """Return each setting with its picture and torch's shapes, for all tests that need them."""
    found = []
    for given in WIDE:
        real = by_name(layer_of(given), input_of(given))
        found.append(
            (given, view(**given), {name: tuple(each.shape) for name, each in real.items()})
        )
    return found


def drawn_code(svg):
    lines = marked(svg, "code")
    return "\n".join(words(lines[str(place)]) for place in range(len(lines)))


def run(code, **names):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code, space := {"torch": torch, "nn": nn, **names})
    return space


def titles(svg, mark):
    """Return what is said under the pointer on each element with a mark, by the mark's value."""
    found = {}
    for group in tree(svg).iter(f"{SVG}g"):
        for each in group.iter():
            if each.get(f"data-{mark}"):
                found[each.get(f"data-{mark}")] = group.find(f"{SVG}title").text
    return found


def test_controls_stand_in_torchs_order_and_have_its_defaults():
    signature = inspect.signature(nn.RNNBase.__init__).parameters
    theirs = [name for name in signature if name not in ("self", "mode", "device", "dtype")]
    assert list(PARAMETERS) == [*theirs, "seq_len", "batch", "unbatched"]
    assert {name: signature[name].default for name in theirs[2:]} == DEFAULTS
    assert {name: str(DEFAULTS[name]) for name in SWITCHES[:-1]} == {
        name: START[name] for name in SWITCHES[:-1]
    }
    assert all(START[name] == DEFAULTS[name] for name in ("num_layers", "dropout", "proj_size"))


def test_numbers_are_the_shapes_of_torch():
    for given, _, theirs in wide():
        assert numbers(**given) == theirs, given


def test_every_shape_that_is_drawn_is_torchs_and_none_is_missing():
    for given, picture, theirs in wide():
        drawn = {name: words(each) for name, each in marked(picture.svg, "shape").items()}
        for name in CALL:
            assert drawn.pop(name) == f"= {theirs[name]}", given
        # Each row of parameters lists its own under the pointer; together, all there are.
        rows, listed = titles(picture.svg, "shape"), []
        for row, shape in drawn.items():
            own = re.findall(r"^(\w+) (\(.*?\)), (\d+) numbers?$", rows[row], re.MULTILINE)
            assert own and len(own) == len(rows[row].splitlines())
            for name, each, size in own:
                assert each == str(theirs[name]) == shape[2:], (given, name)
                assert int(size) == torch.Size(theirs[name]).numel()
                listed.append(name)
        assert Counter(listed) == Counter(set(theirs) - set(CALL)), given


def test_the_name_of_a_row_says_which_layers_and_directions():
    for given, picture, _ in wide():
        rows = titles(picture.svg, "shape")
        for row in set(rows) - set(CALL):
            names = [line.split()[0] for line in rows[row].splitlines()]
            layers = sorted({int(re.search(r"_l(\d+)", name)[1]) for name in names})
            assert layers == list(range(layers[0], layers[-1] + 1))
            written = [int(layer) for layer in re.findall(r"_l(\d+)", row)]
            assert written == ([layers[0], layers[-1]] if len(layers) > 1 else layers)
            assert ("…" in row) == (len(layers) > 2)
            both = any(name.endswith("_reverse") for name in names)
            assert ("(_reverse)" in row) == both == (given["bidirectional"] == "True")
            assert len(names) == len(layers) * (1 + both)


def test_of_what_is_not_there_only_the_biases_are_said_to_be_not_there():
    for given, picture, theirs in wide():
        said = texts(picture.svg)
        assert said.count("none with bias=False") == 2 * ("bias_ih_l0" not in theirs), given
        assert ("weight_ih_l1" in " ".join(said)) == ("weight_ih_l1" in theirs), given
        assert ("weight_hr_l" in " ".join(said)) == ("weight_hr_l0" in theirs), given


def test_no_colour_of_a_gate_is_used():
    """Directions are told apart by their frames: forward is tinted, reverse is dashed."""
    picture = view(num_layers=2, bidirectional="True").svg
    drawn = re.sub(r"<style>.*?</style>", "", picture)
    assert "var(--ll-ink)" in drawn
    assert not [gate for gate in "ifgo" if f"var(--ll-{gate})" in drawn]


def test_counts_of_rows_and_the_total_in_closed_form_are_torchs():
    for given, picture, theirs in wide():
        total = sum(torch.Size(theirs[name]).numel() for name in theirs if name not in CALL)
        drawn = marked(picture.svg, "count").values()
        assert sum(int(words(each).split(" = ")[-1]) for each in drawn) == total, given
        for each in drawn:
            product, _, result = words(each).partition(" = ")
            assert evaluate(product) == int(result or product)
        formula = {name: words(each) for name, each in marked(picture.svg, "formula").items()}
        _, figures, result = formula["numbers"].split("= ")
        assert int(result) == evaluate(figures) == total, given
        assert evaluate(formula["symbols"], sizes_of(given)) == total, given
        assert f"parameters: {total}" in texts(picture.svg)
        assert f"= {total};" in picture.alt


def evaluate(text, sizes=None):
    return eval(text.replace("·", "*").replace("×", "*").replace("−", "-"), {}, sizes or {})


def sizes_of(given):
    """Return what each symbol stands for, from the controls alone."""
    hidden = given["hidden_size"]
    projected = min(given["proj_size"], hidden - 1)
    sizes = {"T": given["seq_len"], "B": given["batch"], "I": given["input_size"], "H": hidden}
    sizes |= {"L": given["num_layers"], "D": 2 if given["bidirectional"] == "True" else 1}
    return sizes | {"P": projected, "R": projected or hidden}


def test_symbols_come_to_the_shapes_beside_them():
    for given, picture, theirs in wide():
        rows = re.findall(
            r"(input|h_0|c_0|output|h_n|c_n) \(([^()]+)\) = (\([^()]+\)),", picture.alt
        )
        assert [name for name, _, _ in rows] == list(CALL)
        for name, axes, shape in rows:
            assert value_of(axes, given) == theirs[name], given
            assert shape == str(theirs[name])
            assert f"({axes})" in texts(picture.svg)
        symbols = re.findall(r": ([^;:]+) = (\([\d, ]+\)), [\d ×=]+[;.]", picture.alt)
        assert len(symbols) == len(marked(picture.svg, "shape")) - len(CALL)
        for factors, shape in symbols:
            assert str(value_of(factors.replace(" × ", ", "), given)) == shape, given
            assert factors in texts(picture.svg)


def value_of(axes, given):
    plain = re.sub(r"(\d)([A-Z])", r"\1*\2", axes)
    return tuple(evaluate(axis, sizes_of(given)) for axis in plain.split(","))


def test_the_key_says_what_each_symbol_stands_for():
    for given, picture, _ in wide():
        (key,) = (text for text in texts(picture.svg) if text.startswith("T = "))
        said = dict(re.findall(r"([A-Z]) = (\d+)", key))
        wanted = {name: str(size) for name, size in sizes_of(given).items()}
        if given["unbatched"] == "True":
            del wanted["B"]
        if wanted["P"] == "0":
            del wanted["P"]
        del wanted["R"]  # the tests' own: H or P is written
        assert said == wanted, given


def test_the_code_that_is_drawn_makes_what_is_drawn():
    for given, picture, theirs in wide():
        with torch.no_grad():
            made = run(drawn_code(picture.svg))
        made["input"] = made["x"]
        for name in CALL:
            assert tuple(made[name].shape) == theirs[name], given
        layer, wanted = made["lstm"], layer_of(given, device="meta")
        assert str(layer) == str(wanted), given
        own = {name: tuple(each.shape) for name, each in layer.named_parameters()}
        assert own == {name: theirs[name] for name in theirs if name not in CALL}
        assert drawn_code(picture.svg).replace("\n", "; ") in picture.alt


def test_only_arguments_that_differ_from_the_default_are_written():
    for given, picture, _ in wide():
        line = drawn_code(picture.svg).splitlines()[0]
        sizes = f"{given['input_size']}, {given['hidden_size']}"
        written = re.findall(r", (\w+)=([\w.]+)", line)
        layer = layer_of(given, device="meta")
        wanted = [
            (name, str(getattr(layer, name)))
            for name, default in DEFAULTS.items()
            if getattr(layer, name) != default
        ]
        assert written == wanted, given
        named = "".join(f", {name}={value}" for name, value in wanted)
        assert line == f"lstm = nn.LSTM({sizes}{named})"


def test_comments_say_the_shapes():
    for given, picture, theirs in wide():
        said = {place: words(each)[2:] for place, each in marked(picture.svg, "comment").items()}
        assert sorted(said) == ["1", "2", "3", "4", "5"]
        for place, name in zip("123", CALL[:3], strict=True):
            assert value_of(said[place][1:-1], given) == theirs[name]
        assert said["4"] == ", ".join(f"{name} {theirs[name]}" for name in CALL[3:])
        assert said["5"].startswith(str(theirs["h_n"][1:]))


def real_run(given, picture):
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    try:
        made = run(drawn_code(picture.svg))
        made["lstm"].eval()
        made["output"], (made["h_n"], made["c_n"]) = made["lstm"](made["x"])
        return run(drawn_code(picture.svg).splitlines()[-1], **made)
    finally:
        torch.set_default_dtype(torch.float32)


def test_the_last_states_are_where_the_code_and_its_comment_look():
    for given in RUN:
        picture = view(**given)
        made = real_run(given, picture)
        comment = words(marked(picture.svg, "comment")["5"])
        places = [
            eval(each, {"output": made["output"]}) for each in re.findall(r"output\[.*?\]", comment)
        ]
        both = given["bidirectional"] == "True"
        fetched = [made["forward"], made["reverse"]] if both else [made["last"]]
        # By hand: the top layer's directions are the last of h_n; output has time in front.
        output = made["output"]
        if given["unbatched"] == "False" and given["batch_first"] == "True":
            output = output.transpose(0, 1)
        size = made["h_n"].shape[-1]
        wanted = [output[-1, ..., :size], output[0, ..., size:]] if both else [output[-1]]
        for one, other, there in zip(fetched, wanted, places, strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
            torch.testing.assert_close(there, other, rtol=0, atol=1e-12)
            assert str(tuple(one.shape)) in comment


def test_each_cell_is_at_its_place_in_the_states_and_names_its_parameters():
    for given, picture, theirs in wide():
        both = given["bidirectional"] == "True"
        states = marked(picture.svg, "states")
        assert len(states) == theirs["h_n"][0], given
        under = titles(picture.svg, "states")
        names = []
        for place in range(len(states)):
            layer, reverse = divmod(place, 2) if both else (place, 0)
            end = f"_l{layer}" + "_reverse" * reverse
            first, *own = under[str(place)].splitlines()
            way = [f"h_0[{place}]", f"h_n[{place}]"]
            assert words(states[str(place)]) == (" ← " if reverse else " → ").join(
                reversed(way) if reverse else way
            )
            called = f"layer {layer}" + (", reverse" if reverse else ", forward") * both
            assert first.startswith(f"{called}: ") and called in texts(picture.svg)
            for line in own:
                name, shape = line.split(" ", 1)
                assert name.endswith(end) and shape.startswith(str(theirs[name]))
                names.append(name)
            for name in ("h_n", "c_n"):
                assert (
                    f"{name}[{place}]: {called}" in titles(picture.svg, "shape")[name].splitlines()
                )
        assert Counter(names) == Counter(set(theirs) - set(CALL)), given


def test_layers_lie_one_above_the_other_and_directions_side_by_side():
    for given, picture, _ in wide():
        cells = {}
        for name, group in marked(picture.svg, "cell").items():
            box = group.find(f"{SVG}rect")
            cells[int(name)] = (float(box.get("x")), float(box.get("y")))
        step = 2 if given["bidirectional"] == "True" else 1
        for place in range(len(cells) - step):
            assert cells[place][0] == cells[place + step][0]
            assert cells[place][1] > cells[place + step][1] + 34
        if step == 2:
            assert all(cells[place][0] < cells[place + 1][0] for place in range(0, len(cells), 2))


def test_a_layer_reads_both_halves_of_the_layer_below():
    for given, picture, theirs in wide():
        both = given["bidirectional"] == "True"
        halves = {way: marked(picture.svg, f"{way}-half") for way in ("forward", "reverse")}
        joined = [str(layer) for layer in range(1, given["num_layers"])] if both else []
        assert [list(each) for each in halves.values()] == [joined, joined]
        if not joined:
            continue
        boxes = {
            name: group.find(f"{SVG}rect") for name, group in marked(picture.svg, "cell").items()
        }
        columns = {
            float(boxes[place].get("x")) + float(boxes[place].get("width")) / 2 for place in "01"
        }
        paths = tree(picture.svg).iter(f"{SVG}path")
        lines = [points(each) for each in paths if not re.search("[HVhv]", each.get("d"))]
        for layer in joined:
            ends = [
                (float(each[layer].get("x")), float(each[layer].get("width")))
                for each in halves.values()
            ]
            middle, bar = sum(ends[0]), float(halves["forward"][layer].get("y"))
            assert middle == pytest.approx(ends[1][0]) and ends[0][1] == pytest.approx(ends[1][1])
            # From the middle of the bar two ways go, one to each cell above.
            ways = [line for line in lines if len(line) == 3 and 0 < bar - line[0][1] < 8]
            forks = [line for line in ways if line[0][0] == pytest.approx(middle)]
            assert {each[-1][0] for each in forks} == columns
            assert theirs[f"weight_ih_l{layer}"] == theirs[f"weight_ih_l{layer}_reverse"]
            assert theirs[f"weight_ih_l{layer}"][1] == 2 * theirs["h_n"][-1]


def test_each_words_place_in_input_and_output():
    for given, picture, theirs in wide():
        under = titles(picture.svg, "shape")
        for name, said in (("input", "x"), ("output", "output")):
            letters = re.fullmatch(rf"{said}\[(.*)\]: word t( of sentence b)?", under[name])
            sizes = {"t": given["seq_len"], "b": given["batch"]}
            axes = tuple(sizes[letter] for letter in letters[1].split(", "))
            assert axes == theirs[name][:-1]
            assert bool(letters[2]) == (given["unbatched"] == "False")


# The remarks


def remarks(given):
    return _remarks(tuple(given.items()))


@cache
def _remarks(given):
    return [words(each) for each in marked(view(**dict(given)).svg, "remark").values()]


def says(given, pattern):
    """Return the one remark that matches, or None."""
    found = [match for each in remarks(given) if (match := re.search(pattern, each))]
    assert len(found) < 2
    return found[0] if found else None


def test_a_refused_projection_is_what_torch_refuses():
    for given in RUN:
        said = says(
            given, r"proj_size=(\d+) raises an error: it must be smaller than hidden_size=(\d+)"
        )
        try:
            with torch.device("meta"):
                nn.LSTM(given["input_size"], given["hidden_size"], proj_size=given["proj_size"])
        except ValueError as error:
            assert "proj_size has to be smaller than hidden_size" in str(error)
            assert said and (int(said[1]), int(said[2])) == (
                given["proj_size"],
                given["hidden_size"],
            )
            shown = given["hidden_size"] - 1
            text = f"Shown here: proj_size={shown}." if shown else "Shown here: no projection."
            assert says(given, re.escape(text))
        else:
            assert said is None


def test_dropout_does_nothing_where_the_map_says_so_and_acts_where_it_does_not():
    for given in [START | {"dropout": 0.5}, *RUN]:
        given = given | {"seq_len": 6, "hidden_size": 9}
        idle, acts = says(given, "does nothing with one layer"), says(given, "acts on what a layer")
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            dropout = round(given["dropout"], 1)
            layer = nn.LSTM(3, 9, num_layers=given["num_layers"], dropout=dropout).double()
        warned = any(
            "dropout option adds dropout after all but last" in str(w.message) for w in heard
        )
        assert warned == bool(idle)
        x = torch.randn(50, 4, 3, dtype=torch.float64)
        output, (h_n, _) = layer(x)
        same = torch.equal(output, layer(x)[0])
        assert same == (acts is None), given
        if acts:  # in training only, and neither the top layer's output nor any of h_n
            layer.eval()
            assert torch.equal(layer(x)[0], layer(x)[0])
            assert (output != 0).all() and (h_n != 0).all()
        assert f"dropout={dropout} " in " ".join(remarks(given)) or not dropout


def test_remarks_on_batch_first_are_so():
    for given in RUN:
        made = numbers(**given)
        moved = says(given, r"batch_first moves B to the front .* \(L·D, B, [HP]\) = (\(.*\))\.$")
        alone = says(given, "2-D input is one sequence")
        first = says(given, r"Time comes first: x\[0\] is word 0 of all sentences")
        assert [moved, alone, first].count(None) == 2
        other = {"True": "False", "False": "True"}[given["batch_first"]]
        turned = numbers(**given | {"batch_first": other})
        states = ("h_0", "c_0", "h_n", "c_n")
        assert all(made[name] == turned[name] for name in states)
        if moved:
            assert moved[1] == str(made["h_0"])
            assert made["input"][0] == turned["input"][1] == given["batch"]
        if alone:
            assert len(made["input"]) == 2 and made == turned
        if first:
            assert made["input"][0] == given["seq_len"]


def test_remarks_on_directions_are_so():
    for given in RUN:
        said = says(
            given, r"Of the (\d+) numbers .* the first (\d+) are forward's, the last (\d+) rev"
        )
        read = says(
            given, r"its last h is h_n\[-1\]\. In (output\[.*\]) it has (read one word|made)"
        )
        assert bool(said) == bool(read) == (given["bidirectional"] == "True")
        if not said:
            continue
        layer, x = layer_of(given).double().eval(), input_of(given).double()
        output, (h_n, _) = layer(x)
        size = h_n.shape[-1]
        assert tuple(map(int, said.groups())) == (output.shape[-1], size, size)
        time = 1 if given["batch_first"] == "True" and given["unbatched"] == "False" else 0
        reverse = eval(read[1], {"output": output})
        last = x.narrow(time, x.shape[time] - 1, 1)
        alone = eval(read[1], {"output": layer(last)[0]})
        one_word = x.shape[time] == 1 or torch.allclose(reverse, alone, rtol=0, atol=1e-12)
        assert one_word == (given["num_layers"] == 1) or x.shape[time] == 1
        assert (read[2] == "read one word") == (given["num_layers"] == 1)


def test_the_remark_on_columns_is_so():
    for given in RUN:
        said = says(given, r"doubles the columns of weight_ih from layer 1 on: D·[HP] = (\d+)")
        assert bool(said) == (given["bidirectional"] == "True" and given["num_layers"] > 1)
        if said:
            one = layer_of(given | {"bidirectional": "False"}, device="meta")
            two = layer_of(given, device="meta")
            assert two.weight_ih_l1.shape[1] == int(said[1]) == 2 * one.weight_ih_l1.shape[1]
            assert two.weight_ih_l0.shape == one.weight_ih_l0.shape


def test_the_remark_on_the_places_in_h_n_is_so():
    for given in RUN:
        both, layers = given["bidirectional"] == "True", given["num_layers"]
        viewed = says(
            given, r"h_n\.view\((.*)\)\[k, d\] is layer k, direction d; output shows the top"
        )
        plain = says(given, r"h_n\[k\] is layer k's last h; output shows the top layer alone")
        assert (bool(viewed), bool(plain)) == (both, layers > 1 and not both)
        layer, x = layer_of(given).double().eval(), input_of(given).double()
        output, (h_n, _) = layer(x)
        parts = eval(f"h_n.view({viewed[1]})", {"h_n": h_n}) if both else h_n.unsqueeze(1)
        assert parts.shape[:2] == (layers, 1 + both)
        # A layer below is what a layer of its own weights makes; the top one is seen in output.
        first = layer_of(given | {"num_layers": 1}).double().eval()
        first.load_state_dict({name: layer.state_dict()[name] for name in first.state_dict()})
        torch.testing.assert_close(parts[0], first(x)[1][0], rtol=0, atol=1e-12)
        time = 1 if given["batch_first"] == "True" and given["unbatched"] == "False" else 0
        size = h_n.shape[-1]
        steps = output.movedim(time, 0)
        torch.testing.assert_close(parts[-1][0], steps[-1][..., :size], rtol=0, atol=1e-12)
        if both:
            torch.testing.assert_close(parts[-1][1], steps[0][..., size:], rtol=0, atol=1e-12)


def test_remarks_on_projection_and_bias_are_so():
    for given in RUN:
        said = says(given, r"h smaller than c: h has P = (\d+) numbers, c keeps H = (\d+)")
        layer = layer_of(given)
        _, (h_n, c_n) = layer(input_of(given))
        assert bool(said) == (h_n.shape[-1] < c_n.shape[-1]) == hasattr(layer, "weight_hr_l0")
        if said:
            assert (int(said[1]), int(said[2])) == (h_n.shape[-1], c_n.shape[-1])
        gone = says(given, r"bias=False removes both biases .* lstm\.bias_ih_l0 does not exist")
        assert (
            bool(gone) == (not hasattr(layer, "bias_ih_l0")) == (not hasattr(layer, "bias_hh_l0"))
        )


def test_the_last_remark_is_so():
    for given in RUN:
        assert says(given, r"starts from zeros\. No parameter has an axis T or B")
        other = {"seq_len": given["seq_len"] + 1, "batch": given["batch"] + 2}
        changed, same = numbers(**given | other), numbers(**given)
        names = set(same) - set(CALL)
        assert all(changed[name] == same[name] for name in names)
        layer, x = layer_of(given).double().eval(), input_of(given).double()
        output, (h_n, c_n) = layer(x)
        zeros = torch.zeros_like(h_n), torch.zeros_like(c_n)
        torch.testing.assert_close(layer(x, zeros)[0], output, rtol=0, atol=1e-12)


def test_the_words_for_those_who_see_no_picture_say_every_remark():
    for given, picture, _ in wide():
        for each in marked(picture.svg, "remark").values():
            assert words(each) in picture.alt, given


# How it looks and moves


def test_code_stays_in_its_card_even_where_letters_are_wide():
    wide_letter = 0.61  # of the size: a little more than in any common font for code
    for given, picture, _ in wide():
        for mark in ("code", "comment"):
            for each in marked(picture.svg, mark).values():
                long = wide_letter * float(each.get("font-size")) * len(words(each))
                if each.get("textLength"):  # then it is as long as that in any font
                    assert long < 1.1 * float(each.get("textLength")), (given, words(each))
                    long = float(each.get("textLength"))
                assert float(each.get("x")) + long < RIGHT + 8, (given, words(each))


def test_it_does_not_scroll_on_a_small_laptop():
    """JupyterLab at 1024 px has 656 px for it, beside its files and without a bar to scroll by."""
    assert int(view(**START).least.removeprefix("min-width:").removesuffix("px")) <= 656 - 15


def heading(picture, title):
    (found,) = (each for each in tree(picture.svg).iter(f"{SVG}text") if words(each) == title)
    return float(found.get("x")), float(found.get("y"))


def test_the_table_of_a_call_stays_and_remarks_move_with_layers_and_directions_only():
    call, places = heading(view(**START), "A call"), {}
    for given, picture, _ in wide():
        assert heading(picture, "A call") == call, given
        kind = given["num_layers"], given["bidirectional"]
        places.setdefault(kind, set()).add(heading(picture, "Worth knowing here"))
    assert all(len(each) == 1 for each in places.values()), places


def test_no_patch_stays_empty_above_a_heading():
    for given, picture, _ in wide():
        texts_at = [float(each.get("y")) for each in tree(picture.svg).iter(f"{SVG}text")]
        for title in ("Worth knowing here", "Parameters"):
            _, y = heading(picture, title)
            gap = y - max(each for each in texts_at if each < y)
            assert 24 < gap < 50, (given, title)


def test_remarks_end_before_the_edge_where_letters_are_wide():
    for given, picture, _ in wide():
        for each in marked(picture.svg, "remark").values():
            end = float(each.get("x")) + text_width(words(each), 12.5, bold=False)
            assert end < RIGHT, (given, words(each))


def test_a_move_is_drawn_at_once():
    most = {name: every_value(allowed)[-1] for name, (allowed, *_) in PARAMETERS.items()}
    view(**most)
    times = []
    for _ in range(20):
        begin = process_time()
        view(**most)
        times.append(process_time() - begin)
    assert min(times) < 0.030  # seconds: two frames of a screen, on a slow machine too
