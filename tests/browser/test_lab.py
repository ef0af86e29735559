"""The lessons in a real JupyterLab, in a real browser: what a learner sees, clicks and drags.

All in one module, so that one worker of pytest-xdist runs them with one server and one browser.
"""

import json
import math
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from .page import SHOWN, ExplorerOnPage, LabPage, NotebookPage, save, shows
from .server import (
    CLONE,
    LabServer,
    copy_notebooks,
    environment,
    free_port,
    stop,
    wait_until_it_answers,
)

pytestmark = pytest.mark.browser

EXPLORERS = {
    "in_and_out": "00_start_here.ipynb",
    "forget_gate": "01_why_gates.ipynb",
    "gates_and_shapes": "02_gates_and_shapes.ipynb",
    "cell_gates": "03_the_cell_by_hand.ipynb",
    "unrolled": "04_unrolling_in_time.ipynb",
    "three_axes": "05_batches_and_batch_first.ipynb",
    "stack_and_dropout": "06_stacking_and_dropout.ipynb",
    "slots": "07_both_directions.ipynb",
    "chunks": "08_state_across_chunks.ipynb",
    "ragged": "09_ragged_sequences.ipynb",
    "lstm_map": "09_ragged_sequences.ipynb",
}
# Lessons with an explorer come first, so that pytest, which goes by a lesson's place in the list,
# keeps all tests of one lesson together and opens it once.
WITH_EXPLORER = list(dict.fromkeys(EXPLORERS.values()))
LESSONS = WITH_EXPLORER + sorted(
    path.name for path in (CLONE / "notebooks").glob("*.ipynb") if path.name not in WITH_EXPLORER
)
EXERCISES = sorted(path.name for path in (CLONE / "exercises").glob("*.ipynb"))
# What JupyterLab and nbconvert write where a picture has no alternative text.
STOPGAPS = ("Image", "No description has been provided for this image")
Facts = dict[str, float | str]
CALL = re.compile(r"\bexplorers\.(\w+)\(")


def stored_cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook's file."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def stored_images(path: Path) -> int:
    """Return how many pictures the outputs in a notebook's file hold."""
    outputs = (output for cell in stored_cells(path) for output in cell.get("outputs", ()))
    return sum("<img" in "".join(output.get("data", {}).get("text/html", "")) for output in outputs)


@contextmanager
def opened(lab_page: LabPage, lab: LabServer, path: str) -> Iterator[NotebookPage]:
    """Open a notebook of the server's, alone, and end its kernel afterwards."""
    lab.end_kernels()
    yield lab_page.open(path, len(stored_cells(lab.root / path)))
    lab_page.close_notebooks()
    lab.end_kernels()


def check_pictures(pictures: list[dict[str, Any]]) -> int:
    """Require that each picture is there and has alternative text; return how many are images."""
    for picture in pictures:
        assert picture["kind"] in ("img", "svg"), picture
        assert picture["width"] > 0, f"a picture that is not shown: {picture}"
        name = (picture["name"] or "").strip()
        assert name and name not in STOPGAPS, f"a picture without alternative text: {picture}"
    return sum(picture["kind"] == "img" for picture in pictures)


def failures(cells: list[dict[str, Any]]) -> list[str]:
    """Return what went wrong in the cells of a notebook that was run."""
    wrong = []
    for number, cell in enumerate(cells, 1):
        if cell["cell_type"] != "code" or not "".join(cell["source"]).strip():
            continue
        expected = "raises-exception" in cell["metadata"].get("tags", ())
        for output in cell["outputs"]:
            if output["output_type"] == "error" and not expected:
                wrong.append(f"cell {number}: {output['ename']}: {output['evalue']}")
        if cell["execution_count"] is None:
            wrong.append(f"cell {number} was not run")
    return wrong


# Before anything is run, and after


@dataclass
class Sight:
    """What a notebook looks like before any of its cells is run."""

    trusted: bool
    pictures: list[dict[str, Any]]
    widget_errors: int
    complaints: list[str]
    stored_images: int

    def check(self) -> None:
        """Require that every picture of the notebook's outputs is seen."""
        assert check_pictures(self.pictures) >= self.stored_images
        assert self.widget_errors == 0
        assert self.complaints == []


def look(notebook: NotebookPage, path: Path) -> Sight:
    """Look at a notebook, of which the file is at ``path``, before it is run."""
    trusted = notebook.page.evaluate(
        "[...jupyterapp.shell.currentWidget.content.model.cells]"
        ".filter(cell => cell.type === 'code' && cell.outputs.length).every(cell => cell.trusted)"
    )
    errors = notebook.page.get_by_text("Error displaying widget").count()
    complaints = list(notebook.complaints)
    return Sight(trusted, notebook.pictures(), errors, complaints, stored_images(path))


@dataclass
class Lesson:
    """A lesson on the page; ``before`` is how it looked before it was run."""

    name: str
    notebook: NotebookPage
    before: Sight

    @property
    def page(self) -> Page:
        """The browser's page."""
        return self.notebook.page


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request, lab_page, lab) -> Iterator[Lesson]:
    """A lesson, opened as it is in a fresh clone, that nobody has trusted; then run."""
    with opened(lab_page, lab, f"notebooks/{request.param}") as notebook:
        before = look(notebook, lab.root / "notebooks" / request.param)
        notebook.run()
        yield Lesson(request.param, notebook, before)


def test_an_untrusted_lesson_shows_its_pictures(lesson):
    assert not lesson.before.trusted
    lesson.before.check()


def test_every_cell_of_a_lesson_runs(lesson):
    assert failures(lesson.notebook.cells()) == []
    check_pictures(lesson.notebook.pictures())
    assert lesson.page.get_by_text("Error displaying widget").count() == 0
    assert lesson.notebook.complaints == []


def test_the_pictures_of_a_lesson_follow_the_theme(lesson, artefacts):
    """Keep screenshots for people to look at, too."""
    images = lesson.page.locator(f"{SHOWN} .jp-OutputArea-output img:not([hidden])")
    looks = {}
    for theme in ("dark", "light"):
        lesson.notebook.set_theme(dark=theme == "dark")
        for number in range(images.count()):
            path = artefacts / f"{lesson.name[:2]}-picture-{number + 1}-{theme}.png"
            save(images.nth(number), path)
            looks[theme, number] = inside(images.nth(number))
    for number in range(images.count()):
        assert looks["dark", number] != looks["light", number], f"picture {number + 1}"


def inside(image: Locator) -> bytes:
    """Return a screenshot of a picture without its rounded corners, where the page shows."""
    box = image.bounding_box()
    clip = {"x": box["x"] + 12, "y": box["y"] + 12}
    clip |= {"width": box["width"] - 24, "height": box["height"] - 24}
    return image.page.screenshot(clip=clip)


@pytest.mark.parametrize("name", LESSONS)
def test_a_trusted_lesson_not_yet_run_shows_its_pictures(lab_page, lab, name):
    lab.trust(f"notebooks/{name}", f"signed/{name}")
    with opened(lab_page, lab, f"signed/{name}") as notebook:
        sight = look(notebook, lab.root / "signed" / name)
    assert sight.trusted
    sight.check()


def test_every_explorer_is_in_the_lesson_that_the_tests_look_in():
    found = {
        explorer: name
        for name in LESSONS
        for cell in stored_cells(CLONE / "notebooks" / name)
        for explorer in CALL.findall(source_of(cell))
    }
    assert found == EXPLORERS


# Explorers


class Subject:
    """An explorer on the page, beside the same explorer in this process."""

    def __init__(self, name: str, notebook: NotebookPage) -> None:
        import importlib

        module = importlib.import_module(f"lstm_lessons.explorers.{name}")
        self.name = name
        self.page = notebook.page
        self.notebook = notebook
        self.view = module.view
        self.widgets = getattr(module, name)().sliders
        self.values = {key: widget.value for key, widget in self.widgets.items()}

    def sliders(self) -> dict[str, Any]:
        """Return the widgets that are dragged, by name."""
        return {name: each for name, each in self.widgets.items() if hasattr(each, "step")}

    def choices(self) -> dict[str, Any]:
        """Return the widgets that offer a choice, by name."""
        return {name: each for name, each in self.widgets.items() if hasattr(each, "options")}

    def run_again(self) -> None:
        """Run the explorer's cell, so that every control stands where it starts."""
        cell = next(
            index
            for index, cell in enumerate(self.notebook.cells())
            if self.name in CALL.findall(source_of(cell))
        )
        self.notebook.run_cell(cell)
        self.values = {key: widget.value for key, widget in self.widgets.items()}
        self.shown = ExplorerOnPage(self.notebook, self.notebook.cell(cell))
        self.expect()

    def expect(self, **changed: Any) -> None:
        """Wait for the picture of these values, and hold its numbers against torch's."""
        self.values.update(changed)
        picture = self.view(**self.values)
        self.shown.wait_for(picture.svg, picture.alt)
        texts = self.shown.drawn()["texts"]
        for what, fact in TORCH[self.name](**self.values).items():
            assert shows(texts, fact), f"{what} = {fact} is not in the picture: {texts}"
        assert self.shown.collisions() == [], self.values

    def move(self, name: str, key: str, value: float) -> None:
        """Press a key on a slider; expect the value in the readout and in the picture."""
        self.shown.press(self.widgets[name].description, key)
        self.expect(**{name: value})
        assert self.shown.readout(self.widgets[name].description) == pytest.approx(value)


def in_and_out(seq_len: int, batch: int, input_size: int, hidden_size: int) -> Facts:
    """Return the shapes that torch gives."""
    import torch

    x = torch.zeros(seq_len, batch, input_size)
    output, (h_n, c_n) = torch.nn.LSTM(input_size, hidden_size)(x)
    named = {"x": x, "output": output, "h_n": h_n, "c_n": c_n}
    return {name: str(tuple(tensor.shape)) for name, tensor in named.items()}


def forget_gate(forget_bias: float, lags: int) -> Facts:
    """Return what torch says of a gate with this bias."""
    import torch

    f = torch.sigmoid(torch.tensor(forget_bias, dtype=torch.float64)).item()
    return {"f": f, "half-life": math.log(0.5) / math.log(f), "share left": f**lags}


def gates_and_shapes(input_size: int, hidden_size: int, gate: str) -> Facts:
    """Return what torch says of a layer of this size."""
    import torch

    layer = torch.nn.LSTM(input_size, hidden_size)
    rows = torch.arange(4 * hidden_size).chunk(4)["ifgo".index(gate)]
    return {
        "parameters": sum(each.numel() for each in layer.parameters()),
        "rows of weight_ih": layer.weight_ih_l0.shape[0],
        "columns of weight_ih": layer.weight_ih_l0.shape[1],
        "columns of weight_hh": layer.weight_hh_l0.shape[1],
        "first row of the gate": rows[0].item(),
        "last row of the gate": rows[-1].item(),
    }


def cell_gates(z_i: float, z_f: float, z_g: float, z_o: float, c_prev: float) -> Facts:
    """Return what torch's cell makes of these pre-activations."""
    import torch

    cell = torch.nn.LSTMCell(1, 1, dtype=torch.float64)
    z = torch.tensor([z_i, z_f, z_g, z_o], dtype=torch.float64)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.bias_ih.copy_(z)
        zero = torch.zeros(1, 1, dtype=torch.float64)
        h, c = cell(zero, (zero, torch.full_like(zero, c_prev)))
    i, f, o = torch.sigmoid(z[[0, 1, 3]]).tolist()
    return {"i": i, "f": f, "g": torch.tanh(z[2]).item(), "o": o, "c": c.item(), "h": h.item()}


def unrolled(steps: int, seq_len: int, hidden_size: int, hx: str) -> Facts:
    """Return what torch's layer returns after so many words, and the shapes for all of them."""
    import importlib

    import torch

    module = importlib.import_module("lstm_lessons.explorers.unrolled")
    layer = torch.nn.LSTM(module.INPUT_SIZE, hidden_size, dtype=torch.float64)
    with torch.no_grad():
        layer.bias_hh_l0.zero_()
        for name, values in module.weights(hidden_size).items():
            getattr(layer, f"{name}_l0").copy_(torch.tensor(values))
    x = torch.tensor(module.words(), dtype=torch.float64)[:seq_len]
    made = module.numbers(seq_len, hidden_size, hx)
    start = tuple(torch.tensor(made[name][:1], dtype=torch.float64) for name in "hc")
    output, (h_n, c_n) = layer(x, start)
    done = min(steps, seq_len)
    facts: Facts = {"output": str(tuple(output.shape)), "h_n": str(tuple(h_n.shape))}
    for step, row in enumerate(output[:done].tolist()):
        facts |= {f"output[{step}], unit {unit}": value for unit, value in enumerate(row)}
    if done:
        _, (_, c) = layer(x[:done], start)
        facts |= {f"c, unit {unit}": value for unit, value in enumerate(c[0].tolist())}
    return facts


def three_axes(
    order: str, batch_first: str, seq_len: int, batch: int, input_size: int, hidden_size: int
) -> Facts:
    """Return the shapes that torch gives, and how many samples it sees."""
    import torch

    sizes = (batch, seq_len) if order.startswith("(B") else (seq_len, batch)
    x = torch.zeros(*sizes, input_size)
    layer = torch.nn.LSTM(input_size, hidden_size, batch_first=batch_first == "True")
    output, (h_n, _) = layer(x)
    named = {"x": x, "output": output, "h_n": h_n}
    shapes = {name: str(tuple(tensor.shape)) for name, tensor in named.items()}
    return shapes | {"samples": h_n.shape[1]}


def stack_and_dropout(seed: int, dropout: float, num_layers: int, training: str) -> Facts:
    """Return the shapes that torch gives, and what it makes of a one that survives dropout."""
    import torch

    layer = torch.nn.LSTM(100, 16, num_layers)
    output, (h_n, _) = layer(torch.zeros(6, 10, 100))
    facts = {"output": output, "h_n": h_n}
    facts |= {f"layer {k}": layer.all_weights[k][0] for k in range(num_layers)}
    facts = {name: str(tuple(tensor.shape)) for name, tensor in facts.items()}
    if training == "True" and num_layers > 1 and 0 < dropout < 1:
        ones = torch.ones(1000, dtype=torch.float64)
        facts["survivors"] = torch.nn.functional.dropout(ones, dropout).max().item()
    return facts


def chunks(chunk: int, forget_bias: float, between: str) -> Facts:
    """Return what autograd says of a layer of one unit whose memory alone passes on."""
    import torch

    layer = torch.nn.LSTM(1, 1, dtype=torch.float64)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        layer.weight_ih_l0[2] = 1
        layer.bias_ih_l0[1] = forget_bias

    def gradient(length: int, between: str) -> torch.Tensor:
        x = torch.zeros(24, 1, dtype=torch.float64, requires_grad=True)
        hx, loss = None, torch.zeros((), dtype=torch.float64)
        for each in x.split(length):
            output, hx = layer(each, hx)
            loss = loss + output.sum()
            hx = {"carry": hx, "detach": tuple(s.detach() for s in hx), "reset": None}[between]
        return torch.autograd.grad(loss, x)[0].sum()

    whole = gradient(24, "carry")
    acts = gradient(chunk, "reset" if between == "reset" else "carry") / whole
    kept = gradient(chunk, between) / whole
    return {
        "acts": f"words do here: {100 * acts.item():.0f} %",
        "kept": f"the gradient tells: {100 * kept.item():.0f} %",
        "f": torch.sigmoid(torch.tensor(forget_bias, dtype=torch.float64)).item(),
    }


def slots(
    tensor: str, slot: int, half: str, num_layers: int, bidirectional: str, seq_len: int
) -> Facts:
    """Return the shapes that torch gives, and that of the slot or half which is picked."""
    import torch

    layer = torch.nn.LSTM(100, 16, num_layers, bidirectional=bidirectional == "True")
    output, (h_n, c_n) = layer(torch.zeros(seq_len, 10, 100))
    named = {"output": output, "h_n": h_n, "c_n": c_n}
    picked = named[tensor][min(slot, len(named[tensor]) - 1)]
    if half != "both" and tensor == "output" and bidirectional == "True":
        picked = picked.chunk(2, dim=-1)[half == "reverse"]
    named["picked"] = picked
    return {name: f"= {tuple(each.shape)}" for name, each in named.items()}


def lstm_map(**values: Any) -> Facts:
    """Return what torch makes of every argument: all shapes, and the number of parameters."""
    import torch

    I, H = values["input_size"], values["hidden_size"]  # noqa: E741
    options = {key: values[key] == "True" for key in ("bias", "batch_first", "bidirectional")}
    layer = torch.nn.LSTM(
        I,
        H,
        num_layers=values["num_layers"],
        proj_size=min(values["proj_size"], H - 1),
        device="meta",
        **options,
    )
    axes = [values["batch"], values["seq_len"]]
    if not options["batch_first"]:
        axes.reverse()
    if values["unbatched"] == "True":
        axes = [values["seq_len"]]
    x = torch.empty(*axes, I, device="meta")
    output, (h_n, c_n) = layer(x)
    named = {"input": x, "output": output, "h_n": h_n, "c_n": c_n, **dict(layer.named_parameters())}
    facts: Facts = {name: f"= {tuple(tensor.shape)}" for name, tensor in named.items()}
    return facts | {"parameters": sum(each.numel() for each in layer.parameters())}


def ragged(**lengths: int) -> Facts:
    """Return the shapes that torch's packing gives, and its batch_sizes."""
    import torch

    n = torch.tensor(list(lengths.values()))
    x = torch.zeros(int(n.max()), len(n), 2)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, n, enforce_sorted=False)
    facts: Facts = {"x": f"({len(x)}, {len(n)}, I)", "data": f"({len(packed.data)}, I)"}
    facts |= {f"batch_sizes[{t}]": size for t, size in enumerate(packed.batch_sizes.tolist())}
    return facts | {"saved": f"{x[..., 0].numel() - len(packed.data)} of {x[..., 0].numel()}"}


TORCH = {
    "in_and_out": in_and_out,
    "forget_gate": forget_gate,
    "gates_and_shapes": gates_and_shapes,
    "cell_gates": cell_gates,
    "unrolled": unrolled,
    "three_axes": three_axes,
    "stack_and_dropout": stack_and_dropout,
    "chunks": chunks,
    "slots": slots,
    "lstm_map": lstm_map,
    "ragged": ragged,
}


with_explorer = pytest.mark.parametrize(
    ("lesson", "explorer"),
    [(where, name) for name, where in EXPLORERS.items()],
    indirect=True,  # both for the whole module, so that a lesson is opened once
    ids=list(EXPLORERS),
)


@pytest.fixture(scope="module")
def explorer(request) -> str:
    """The name of an explorer."""
    return request.param


@pytest.fixture
def subject(lesson, explorer) -> Subject:
    """One explorer of the lesson that is open, as its sliders start."""
    subject = Subject(explorer, lesson.notebook)
    subject.run_again()
    return subject


@with_explorer
def test_each_slider_moves_by_keyboard(subject):
    for name, slider in subject.sliders().items():
        before = subject.shown.drawn()["markup"]
        there, back, step = "ArrowRight", "ArrowLeft", slider.step
        if slider.value == slider.max:
            there, back, step = back, there, -step
        subject.move(name, there, slider.value + step)
        assert subject.shown.drawn()["markup"] != before, f"{name} changes nothing"
        subject.move(name, back, slider.value)
        subject.move(name, "End", slider.max)
        subject.move(name, "Home", slider.min)
    assert subject.notebook.complaints == []


@with_explorer
def test_each_slider_moves_by_mouse(subject):
    for name, slider in subject.sliders().items():
        label = slider.description
        before = subject.shown.drawn()
        high = (slider.value - slider.min) / (slider.max - slider.min) > 0.6
        subject.shown.drag(label, 0.2 if high else 0.8)
        value = type(slider.value)(subject.shown.readout(label))
        assert value != slider.value, f"{name} was not dragged"
        assert (value < slider.value) == high, f"{name} went the other way"
        steps = (value - slider.min) / slider.step
        assert steps == pytest.approx(round(steps)), f"{name} stands between two steps: {value}"
        subject.expect(**{name: value})
        after = subject.shown.drawn()
        assert after["markup"] != before["markup"], f"{name} changes nothing"
        assert after["alt"] != before["alt"], f"{name} leaves the alternative text as it was"
    assert subject.notebook.complaints == []


@with_explorer
def test_each_choice_changes_the_picture(subject):
    for name, widget in subject.choices().items():
        for option, value in zip(widget._options_labels, widget._options_values, strict=True):
            subject.shown.choose(widget.description, option)
            subject.expect(**{name: value})
    assert subject.notebook.complaints == []


@with_explorer
def test_each_control_has_a_name_and_shows_the_focus(subject):
    subject.page.mouse.move(0, 0)  # a handle under the pointer looks as if it had the focus
    box = subject.shown.box
    for slider in subject.sliders().values():
        label = slider.description
        assert box.get_by_role("slider", name=label, exact=True).count() == 1, label
        handle = subject.shown.handle(label)
        handle.evaluate("part => part.blur()")
        plain = handle.evaluate(LOOK)
        # A key, not a click: browsers may show the focus for the keyboard alone.
        handle.focus()
        assert handle.evaluate(LOOK) != plain, f"{label}: the focus cannot be seen"
    for widget in subject.choices().values():
        named = [
            box.get_by_role(role, name=widget.description, exact=True).count()
            for role in ("combobox", "group", "radiogroup")
        ]
        assert sum(named) == 1, widget.description


LOOK = """part => {
  const style = getComputedStyle(part);
  return [style.outlineStyle, style.outlineColor, style.boxShadow,
          style.borderColor, style.backgroundColor].join();
}"""


@with_explorer
def test_explorers_in_both_themes(subject, artefacts):
    """Keep screenshots for people to look at; the picture's colours must follow the theme."""
    looks = []
    for theme in ("dark", "light"):
        subject.notebook.set_theme(dark=theme == "dark")
        subject.run_again()
        for state, key in (("start", None), ("least", "Home"), ("most", "End")):
            for name, slider in subject.sliders().items() if key else ():
                subject.move(name, key, slider.min if key == "Home" else slider.max)
            save(subject.shown.box, artefacts / f"{subject.name}-{state}-{theme}.png")
        looks.append(subject.shown.box.locator("svg[role=img]").evaluate(COLOURS))
    assert looks[0] != looks[1]
    assert subject.notebook.complaints == []


COLOURS = """svg => [...svg.querySelectorAll('text, rect, path')]
  .map(part => getComputedStyle(part).fill + getComputedStyle(part).stroke)"""


# Exercises


TODO = "raise NotImplementedError  # your code here"
# For one exercise of each notebook: its number, and a line that is a likely mistake.
MISTAKES = {
    "01_why_gates.ipynb": ("01.2", "return 0.5 ** (1 / steps)"),
    "02_gates_and_shapes.ipynb": (
        "02.2",
        "return 4 * hidden_size * (input_size + hidden_size)",
    ),
    "03_the_cell_by_hand.ipynb": ("03.1", "return h, c"),
    "04_unrolling_in_time.ipynb": ("04.1", "return x, x"),
    "05_batches_and_batch_first.ipynb": ("05.3", "return lstm(x.unsqueeze(-1))[0]"),
    "06_stacking_and_dropout.ipynb": ("06.4", "return lstm(x)[0][0]"),
    "08_state_across_chunks.ipynb": (
        "08.3",
        "return text[: len(text) // B * B].view(-1, B, text.shape[1])",
    ),
    "07_both_directions.ipynb": ("07.1", "return output[:, -1]"),
    "09_ragged_sequences.ipynb": ("09.2", "return output.mean(dim=1)"),
}


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_tells_a_right_answer_from_a_wrong_one(lab_page, lab, name, artefacts):
    number, mistake = MISTAKES[name]
    folder = lab.root / "exercises"
    cells = [source_of(cell) for cell in stored_cells(folder / name)]
    solved = [source_of(cell) for cell in stored_cells(folder / "solutions" / name)]
    checks = [index for index, cell in enumerate(cells) if ".check(" in cell]
    check = next(index for index in checks if f'"{number}"' in cells[index])
    answer = max(index for index in range(check + 1) if cells[index] != solved[index])
    assert TODO in cells[answer]
    with opened(lab_page, lab, f"exercises/{name}") as notebook:
        notebook.run()
        assert failures(notebook.cells()) == []
        for index in checks:
            assert "Not attempted" in verdict(notebook, index)
        notebook.replace_cell(answer, cells[answer].replace(TODO, mistake))
        notebook.run_cell(check)
        assert "Not right yet" in verdict(notebook, check)
        save(notebook.cell(check), artefacts / f"{name[:2]}-exercise-wrong.png")
        notebook.replace_cell(answer, solved[answer])
        notebook.run_cell(check)
        assert "Correct" in verdict(notebook, check)
        save(notebook.cell(check), artefacts / f"{name[:2]}-exercise-right.png")
        check_pictures(notebook.pictures())
        assert notebook.complaints == []


def source_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell; nothing for prose."""
    return "".join(cell["source"]) if cell["cell_type"] == "code" else ""


def verdict(notebook: NotebookPage, index: int) -> str:
    """Return what stands under a cell, as the reader sees it."""
    return notebook.cell(index).locator(".jp-OutputArea-output").last.inner_text()


# The command that a learner types


@contextmanager
def lab_command(tmp_path: Path, *options: str) -> Iterator[tuple[Path, str]]:
    """Run ``lab`` in a fresh copy of the clone; yield that, and the address with its query."""
    clone = copy_clone(tmp_path / "clone")
    port = free_port()
    command = [sys.executable, "-m", "lstm_lessons", "lab", "--no-browser", "--port", str(port)]
    for_jupyterlab = ["--ip=127.0.0.1", "--IdentityProvider.token=known"]
    log = tmp_path / "lab.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, *options, "--", *for_jupyterlab, "--LabApp.expose_app_in_browser=True"],
            cwd=clone,
            env=environment(tmp_path / "settings", clone),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/api/status?token=known", process, log)
        # The bare address: which notebook opens is the command's own choice.
        yield clone, f"http://127.0.0.1:{port}/?token=known"
    finally:
        stop(process)


def served(address: str, path: str) -> list[dict[str, Any]]:
    """Return the cells of a notebook as the server gives them to the page."""
    with urllib.request.urlopen(address.replace("/?", f"/api/contents/{path}?"), timeout=30) as it:
        return json.load(it)["content"]["cells"]


def names_shown(page: Page) -> list[str]:
    """Return the names on the tabs of the documents that are in front."""
    return page.locator(".jp-mod-current .lm-TabBar-tabLabel").all_inner_texts()


FIRST = "notebooks/00_start_here.ipynb"


def test_the_lab_command_for_authors_opens_the_first_lesson_with_its_pictures(context, tmp_path):
    with lab_command(tmp_path, "--course") as (clone, address):
        cells = served(address, FIRST)
        code = [cell for cell in cells if cell["cell_type"] == "code" and cell["outputs"]]
        assert code and all(cell["metadata"]["trusted"] for cell in code)
        lab_page = LabPage(context, address)
        notebook = NotebookPage(lab_page, len(cells))
        assert "00_start_here.ipynb" in names_shown(lab_page.page)
        assert check_pictures(notebook.pictures()) >= stored_images(clone / FIRST) > 0
        assert notebook.complaints == []
        notebook.wait_for_kernel()
        lab_page.page.close()


def test_the_lab_command_opens_a_copy_of_ones_own(context, tmp_path, artefacts):
    """Without results, but for pictures; sliders and the links to other copies work."""
    with lab_command(tmp_path) as (clone, address):
        cells = served(address, FIRST)
        lab_page = LabPage(context, address)
        notebook = NotebookPage(lab_page, len(cells))
        page = lab_page.page
        assert "00_start_here.ipynb" in names_shown(page)
        outputs = page.locator(f"{SHOWN} .jp-OutputArea-output")
        pictures = stored_images(clone / "my_lessons" / FIRST)
        assert outputs.count() == check_pictures(notebook.pictures()) == pictures > 0
        ready = page.locator(f"{SHOWN} .jp-RenderedText", has_text="Ready.")
        assert ready.count() == 0
        save(page.locator("#jp-main-dock-panel"), artefacts / "00-copy-of-ones-own.png")
        notebook.run()
        assert failures(notebook.cells()) == []
        assert ready.count() == 1
        subject = Subject("in_and_out", notebook)
        subject.run_again()
        subject.move("seq_len", "End", subject.sliders()["seq_len"].max)
        lesson, exercises = "03_the_cell_by_hand.ipynb", "exercises/03_the_cell_by_hand.ipynb"
        lab_page.open(f"notebooks/{lesson}", len(stored_cells(clone / "notebooks" / lesson)))
        page.get_by_role("link", name="03 The cell by hand").click()
        page.wait_for_function(
            "path => jupyterapp.shell.currentWidget.context?.path === path", arg=exercises
        )
        exercise = NotebookPage(lab_page, len(stored_cells(clone / exercises)))
        exercise.run()
        assert failures(exercise.cells()) == [] == exercise.complaints
        lab_page.page.close()


def copy_clone(to: Path) -> Path:
    """Copy what `lab` needs of this clone, without its environment and its history."""
    copy_notebooks(CLONE, to)
    shutil.copytree(CLONE / "lstm_lessons", to / "lstm_lessons")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(CLONE / name, to)
    return to
