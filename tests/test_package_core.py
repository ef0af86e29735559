"""The package's ground floor held against torch: course, shapes, cell, manual, compare."""

import ast
import copy
import inspect
import itertools
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from lstm_lessons import ManualLSTMCell
from lstm_lessons.course import LESSONS, lesson
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.compare import Difference, Report, compare
from lstm_lessons.lstm.ragged import Weights, run_direction
from lstm_lessons.lstm.unroll import unroll
from lstm_lessons.shapes import (
    GATES,
    cell_parameters,
    count_parameters,
    gate_entries,
    gate_rows,
    lstm_parameters,
)

PACKAGE = Path(sys.modules["lstm_lessons"].__file__).parent
T, B, I, H = 7, 3, 5, 4  # noqa: E741 - the field's own symbols, all different


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(20)


def double(*shape):
    return torch.randn(*shape, dtype=torch.float64)


# --- Rooms -------------------------------------------------------------------------------------

ROOMS = (
    "course", "shapes", "own_folder", "routes",
    "lstm.plain", "lstm.cell", "lstm.frameworks", "lstm.unroll", "lstm.relatives",
    "lstm.minimal", "lstm.exponential", "lstm.matrix",
    "lstm.arguments", "lstm.layouts", "lstm.ragged",
    "lstm.backprop", "lstm.manual", "lstm.compare", "lstm.same", "lstm.reader", "ladder", "clinic",
    "data", "data.streams", "data.train_reader", "data.elsewhere", "data.after",
    "data.trials",
    "data.training_runs", "data.speed_runs", "drawing", "drawing.pictures", "explorers",
    "exercises", "environment", "publishing", "site", "workshop", "commands",
)  # fmt: skip
"""From the ground up. A file in one folder with others may have a floor of its own."""


def imported(path):
    """Return the modules that a file imports at any depth, with names such as a.b."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = [node.module] if node.module else []
            if node.level:  # relative: from . or from ..
                start = [*path.parents[node.level - 1].relative_to(PACKAGE.parent).parts, *start]
            found |= {".".join([*start, alias.name]) for alias in node.names}
    return found


def room_of(module):
    """Return the room of a module whose name is given from the package on, or None."""
    parts = module.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((name for name in names if name in ROOMS), None)


def every_file():
    """Return the package's files, each with its name here and the room that it is in."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        name = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
        if name not in ("__init__", "__main__", "lstm"):  # nothing stands in lstm/__init__.py
            found.append((place.as_posix(), room_of(name), path))
    return found


NO_TORCH = ("course", "shapes", "data", "drawing", "explorers")


def test_a_room_imports_only_rooms_below_it_and_pictures_need_no_torch():
    wrong = []
    for file, room, path in every_file():
        if room not in ROOMS:
            wrong.append(f"{file} is in no room")
            continue
        allowed = {*ROOMS[: ROOMS.index(room) + 1]}
        for module in sorted(imported(path)):
            package, _, name = module.partition(".")
            if package == "torch" and room in NO_TORCH:
                wrong.append(f"{file} of {room} imports {module}")
            if package != "lstm_lessons":
                continue
            # `from lstm_lessons import X`: a public name lives in a room too.
            public = sys.modules["lstm_lessons"]
            used = room_of(public._MODULES.get(name) or public._HOMES.get(name, name))
            if used not in allowed:
                wrong.append(f"{file} imports {module}, which is not below {room}")
    assert wrong == []


def loaded_after(statement):
    code = f"import sys; {statement}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import lstm_lessons",
        "import lstm_lessons; lstm_lessons.course; lstm_lessons.shapes; dir(lstm_lessons)",
        "from lstm_lessons import course, shapes",
    ],
)
def test_the_package_alone_loads_nothing_heavy(statement):
    assert not loaded_after(statement) & {"torch", "matplotlib", "numpy", "ipywidgets", "IPython"}


def test_drawing_and_explorers_load_no_torch():
    assert "torch" not in loaded_after("from lstm_lessons import explorers, show")


def test_the_public_names_are_there():
    package = sys.modules["lstm_lessons"]
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


# --- Course ------------------------------------------------------------------------------------


def test_the_course_is_numbered_without_gaps():
    assert [each.number for each in LESSONS] == [f"{n:02}" for n in range(len(LESSONS))]
    for each in LESSONS:
        assert re.fullmatch(r"\d\d_[a-z0-9_]+", each.name)
        assert each.title and each.question
        assert all(before < each.number for before in each.prerequisites)


@pytest.mark.parametrize("each", [e for e in LESSONS if e.ready], ids=lambda e: e.number)
def test_a_ready_lesson_says_what_one_learns(each):
    assert 2 <= len(each.objectives) <= 4
    assert 10 <= each.minutes <= 90
    assert all(lesson(before).ready for before in each.prerequisites)


def test_an_unknown_lesson_is_answered_with_those_there_are():
    with pytest.raises(KeyError, match="00, 01, 02, .*16.*, got '99'"):
        lesson("99")


# --- Shapes ------------------------------------------------------------------------------------

EVERY_LAYER = list(itertools.product((1, 2, 3), (True, False), (False, True), (0, 2)))


@pytest.mark.parametrize(("layers", "bias", "both", "proj"), EVERY_LAYER)
def test_the_ledger_lists_the_parameters_of_a_real_layer(layers, bias, both, proj):
    options = {"bias": bias, "bidirectional": both, "proj_size": proj}
    real = nn.LSTM(I, H, num_layers=layers, **options)
    ledger = lstm_parameters(I, H, num_layers=layers, **options)
    assert [(e.name, e.shape) for e in ledger] == [
        (name, tuple(value.shape)) for name, value in real.named_parameters()
    ]
    count = sum(value.numel() for value in real.parameters())
    assert count_parameters(I, H, num_layers=layers, **options) == count
    assert sum(entry.size for entry in ledger) == count
    for entry in ledger:
        numbers = {"I": I, "H": H, "P": proj, "4H": 4 * H, "D·H": 2 * H, "D·P": 2 * proj}
        assert tuple(numbers[symbol] for symbol in entry.symbols) == entry.shape
        assert ledger[entry.name] is entry
        assert entry.name in repr(ledger) and entry.name in ledger._repr_html_()


@pytest.mark.parametrize("bias", [True, False])
def test_the_ledger_of_a_cell(bias):
    real = nn.LSTMCell(I, H, bias=bias)
    assert [(e.name, e.shape) for e in cell_parameters(I, H, bias=bias)] == [
        (name, tuple(value.shape)) for name, value in real.named_parameters()
    ]


@pytest.mark.parametrize("gate", GATES)
def test_a_gates_entries_are_its_band_of_the_stacked_tensors(gate):
    real = nn.LSTMCell(I, H, dtype=torch.float64)
    rows = gate_rows(gate, H)
    assert torch.equal(real.weight_ih[rows], real.weight_ih.chunk(4)[GATES.index(gate)])
    entries = gate_entries(I, H, gate)
    x, h = double(I), double(H)
    values = {
        f"W_i{gate}": real.weight_ih[rows],
        f"W_h{gate}": real.weight_hh[rows],
        f"b_i{gate}": real.bias_ih[rows],
        f"b_h{gate}": real.bias_hh[rows],
        "x_t": x,
        "h_{t-1}": h,
    }
    z = values[f"W_i{gate}"] @ x + real.bias_ih[rows] + values[f"W_h{gate}"] @ h
    values[f"{gate}_t"] = torch.tanh(z) if gate == "g" else torch.sigmoid(z)
    assert {e.name: e.shape for e in entries} == {n: tuple(v.shape) for n, v in values.items()}


def test_the_ledger_answers_mistakes_in_one_line():
    with pytest.raises(ValueError, match="gates i, f, g, o, got 'c'"):
        gate_rows("c", H)
    for wrong in (0, -1, 2.0, True, "5"):
        with pytest.raises(ValueError, match="input_size must be a whole number above 0"):
            lstm_parameters(wrong, H)
    with pytest.raises(KeyError, match="weight_ih_l0.*got 'weight_l0'"):
        _ = lstm_parameters(I, H)["weight_l0"]


# --- The cell ----------------------------------------------------------------------------------


def parameters_of(cell):
    return [getattr(cell, name) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


def twins(bias=True, dtype=torch.float64):
    """Return our cell and torch's with equal random parameters."""
    reference = nn.LSTMCell(I, H, bias=bias, dtype=dtype)
    with torch.no_grad():
        for parameter in reference.parameters():
            parameter.normal_()
    manual = ManualLSTMCell(I, H, bias=bias, dtype=dtype)
    manual.load_state_dict(reference.state_dict())
    return manual, reference


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [(), (B,)], ids=["unbatched", "batched"])
def test_one_step_equals_torch(bias, batch):
    _, reference = twins(bias)
    x, h, c = double(*batch, I), double(*batch, H), double(*batch, H)
    ours = lstm_step(x, h, c, *parameters_of(reference))
    for one, other in zip(ours, reference(x, (h, c)), strict=True):
        assert one.shape == other.shape
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [(), (B,)], ids=["unbatched", "batched"])
def test_the_manual_cell_equals_torchs_in_results_and_gradients(bias, batch):
    manual, reference = twins(bias)
    report = compare(
        manual, reference, double(*batch, I), (double(*batch, H), double(*batch, H)),
        tolerance=1e-12, gradient_tolerance=1e-12,
    )  # fmt: skip
    assert report, report
    assert len(report.differences) == 2 + 3 + (4 if bias else 2)


@pytest.mark.parametrize("batch", [(), (B,)], ids=["unbatched", "batched"])
def test_states_default_to_zero(batch):
    manual, reference = twins()
    x, zero = double(*batch, I), torch.zeros(*batch, H, dtype=torch.float64)
    assert compare(manual, reference, x, tolerance=1e-12, gradient_tolerance=1e-12)
    given = manual(x, (zero, zero))
    for one, other in zip(manual(x), given, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_the_manual_cell_starts_as_torchs_does_at_any_size():
    for size in range(1, 80):  # 1 / sqrt(size) is not size ** -0.5 to the last digit
        torch.manual_seed(size)
        reference = nn.LSTMCell(2, size)
        torch.manual_seed(size)
        manual = ManualLSTMCell(2, size)
        for one, other in zip(manual.parameters(), reference.parameters(), strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=0)


@pytest.mark.parametrize("bias", [True, False])
def test_the_manual_cell_is_made_as_torchs_is(bias):
    torch.manual_seed(3)
    reference = nn.LSTMCell(I, H, bias=bias)
    torch.manual_seed(3)
    manual = ManualLSTMCell(I, H, bias=bias)
    for one, other in zip(manual.named_parameters(), reference.named_parameters(), strict=True):
        assert one[0] == other[0]
        torch.testing.assert_close(one[1], other[1], rtol=0, atol=0)
    assert (manual.input_size, manual.hidden_size, manual.bias) == (I, H, bias)
    assert bias or (manual.bias_ih is None and manual.bias_hh is None)
    reference.load_state_dict(manual.state_dict())
    manual.load_state_dict(reference.state_dict())
    assert list(manual.state_dict()) == list(reference.state_dict())


@pytest.mark.parametrize("bias", [True, False])
def test_the_manual_cell_says_what_it_is_as_torchs_does(bias):
    manual, reference = twins(bias)
    assert repr(manual) == repr(reference).replace("LSTMCell", "ManualLSTMCell")


@pytest.mark.parametrize("bias", [True, False])
def test_the_manual_cell_starts_anew_as_torchs_does(bias):
    manual, reference = twins(bias)
    for cell in (manual, reference):
        torch.manual_seed(4)
        cell.reset_parameters()
    for one, other in zip(manual.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_the_manual_cell_takes_its_arguments_by_torchs_names():
    manual, reference = twins()
    given = {"input": double(B, I), "hx": (double(B, H), double(B, H))}
    for one, other in zip(manual(**given), reference(**given), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    parameters = list(inspect.signature(manual.forward).parameters)
    assert parameters == list(inspect.signature(reference.forward).parameters)


def test_the_manual_cell_travels():
    manual, reference = twins()
    x, states = double(B, I), (double(B, H), double(B, H))
    for twin in (copy.deepcopy(manual), pickle.loads(pickle.dumps(manual))):
        assert compare(twin, reference, x, states)
        assert twin.weight_ih is not manual.weight_ih
    single = manual.to(torch.float32)
    assert {p.dtype for p in single.parameters()} == {torch.float32}
    assert single(x.float())[0].dtype == torch.float32
    assert next(ManualLSTMCell(I, H, device="meta").parameters()).device.type == "meta"


def test_gradcheck_of_the_step():
    shapes = ((B, I), (B, H), (B, H), (4 * H, I), (4 * H, H), (4 * H,), (4 * H,))
    arguments = tuple(double(*shape).requires_grad_() for shape in shapes)
    assert torch.autograd.gradcheck(lstm_step, arguments)


# --- The loop over time ------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [(), (B,)], ids=["unbatched", "batched"])
def test_the_loop_of_lesson_04_equals_torch(batch):
    lstm = nn.LSTM(I, H, dtype=torch.float64)
    x, h_0, c_0 = double(T, *batch, I), double(1, *batch, H), double(1, *batch, H)

    def by_hand(x, hx):
        output, h, c = unroll(x, hx[0][0], hx[1][0], lstm.all_weights[0])
        return output, (h[None], c[None])

    report = compare(by_hand, lstm, x, (h_0, c_0), tolerance=1e-12, gradient_tolerance=1e-12)
    assert report, report
    assert len(report.differences) == 3 + 3 + 4


def test_the_ragged_loop_is_the_same_where_all_lengths_are_equal():
    weights = nn.LSTM(I, H, dtype=torch.float64).all_weights[0]

    def flat(x, h, c):
        output, h, c = run_direction(x.flatten(0, 1), (B,) * T, h, c, Weights(*weights))
        return output.unflatten(0, (T, B)), h, c

    def plain(x, h, c):
        return unroll(x, h, c, weights)

    states = double(T, B, I), double(B, H), double(B, H)
    assert compare(flat, plain, *states, tolerance=1e-12, gradient_tolerance=1e-12)


# --- Compare -----------------------------------------------------------------------------------


class Spoiled(nn.Module):
    """A twin of nn.LSTMCell whose step is passed through a function that spoils it."""

    def __init__(self, spoil):
        super().__init__()
        manual, self.other = twins()
        for name, value in manual.named_parameters():
            self.register_parameter(name, value)
        self.spoil = spoil

    def named_parameters(self, *args, **kwargs):
        pairs = super().named_parameters(*args, **kwargs)
        return ((name, value) for name, value in pairs if not name.startswith("other"))

    def forward(self, x, hx):
        return self.spoil(x, hx, *parameters_of(self))


def swapped_gates(x, hx, weight_ih, weight_hh, bias_ih, bias_hh):
    order = torch.arange(4 * H).reshape(4, H)[[0, 1, 3, 2]].flatten()
    return lstm_step(x, *hx, *(each[order] for each in (weight_ih, weight_hh, bias_ih, bias_hh)))


def nudged(unit):
    def spoil(x, hx, *parameters):
        h, c = lstm_step(x, *hx, *parameters)
        nudge = torch.zeros_like(h)
        nudge[1, unit] = 0.5
        return h + nudge, c

    return spoil


def changed(function):
    """Return a spoiling function that passes the two results through another."""
    return lambda x, hx, *parameters: function(*lstm_step(x, *hx, *parameters))


def nan_at(h, c):
    h = h.clone()
    h[2, 1] = torch.nan
    return h, c


def half_gradient_of_gate_o(x, hx, weight_ih, weight_hh, bias_ih, bias_hh):
    scale = torch.ones(4 * H, 1, dtype=torch.float64)
    scale[3 * H + 2] = 0.5
    halved = scale * weight_hh + ((1 - scale) * weight_hh).detach()
    return lstm_step(x, *hx, weight_ih, halved, bias_ih, bias_hh)


# what is spoilt, the tensor that the report names, how it says where
SPOILT = [
    pytest.param(swapped_gates, "", "", id="gate order"),
    pytest.param(nudged(3), "h", "at sample 1, unit 3", id="one number"),
    pytest.param(half_gradient_of_gate_o, "gradient of weight_hh", "gate o, unit 2, column",
                 id="one gradient"),
    pytest.param(changed(lambda h, c: (h.detach(), c)), "h", "detached", id="h detached"),
    pytest.param(changed(lambda h, c: (h, c.detach())), "c", "detached", id="c detached"),
    pytest.param(changed(lambda h, c: (h.detach(), c.detach())), "h", "detached", id="detached"),
    pytest.param(changed(lambda h, c: (c, h)), "", "", id="states exchanged"),
    pytest.param(changed(lambda h, c: (h[:, 1:], c)), "h", r"expected shape \(3, 4\), got",
                 id="shape"),
    pytest.param(changed(lambda h, c: (h, c[0])), "c", r"expected shape \(3, 4\), got \(4,\)",
                 id="dimension"),
    pytest.param(nan_at and changed(nan_at), "h", "NaN at sample 2, unit 1", id="nan"),
    pytest.param(changed(lambda h, c: (h / 0, c)), "h", "", id="infinite"),
    pytest.param(changed(lambda h, c: (h.float(), c)), "h", "expected dtype torch.float64",
                 id="dtype"),
    pytest.param(changed(lambda h, c: h), "h", r"expected 2 results \(h, c\), got 1", id="one"),
    pytest.param(changed(lambda h, c: (h, h, c)), "h", "expected 2 results .* got 3", id="three"),
    pytest.param(lambda x, hx, *rest: lstm_step(x.detach(), *hx, *rest), "gradient of x",
                 "graph may be cut", id="input cut"),
    pytest.param(lambda x, hx, w, u, b, d: lstm_step(x, *hx, w, u, b + d.detach()),
                 "gradient of bias_hh", "yours has none", id="bias cut"),
    pytest.param(lambda x, hx, w, u, b, d: lstm_step(x, *hx, w, u, b, 1.001 * d), "", "",
                 id="bias scaled"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "name", "where"), SPOILT)
def test_compare_sees_each_kind_of_difference(spoil, name, where):
    manual = Spoiled(spoil)
    report = compare(manual, manual.other, double(B, I), (double(B, H), double(B, H)))
    assert not report and not report.equal
    assert report.verdict.startswith("Not equal: ")
    assert report.worst.name.startswith(name)
    assert re.search(where, report.worst.where), report
    assert report.worst.where in repr(report)
    assert "  differs  " in repr(report) and "<b>differs</b>" in report._repr_html_()


def test_only_what_is_spoilt_is_reported():
    manual = Spoiled(nudged(0))
    report = compare(manual, manual.other, double(B, I), (double(B, H), double(B, H)))
    assert [each.name for each in report.differences if not each.equal] == ["h"]
    assert report.largest == pytest.approx(0.5, abs=1e-12)


def test_a_detached_result_shifts_no_other_gradient():
    manual = Spoiled(changed(lambda h, c: (h.detach(), c)))
    report = compare(manual, manual.other, double(B, I), (double(B, H), double(B, H)))
    wrong = {each.name for each in report.differences if not each.equal}
    # Gate o reaches c by no path, so with h cut every other gradient still differs; c does not.
    assert "h" in wrong and "c" not in wrong


def lstm(**options):
    reference = nn.LSTM(I, H, dtype=torch.float64, **options)
    twin = nn.LSTM(I, H, dtype=torch.float64, **options)
    twin.load_state_dict(reference.state_dict())
    return twin, reference


class Nudge(nn.Module):
    """Another module with one number of one of its results changed."""

    def __init__(self, module, which, position):
        super().__init__()
        self.module, self.which, self.position = module, which, position

    def named_parameters(self, *args, **kwargs):
        return self.module.named_parameters()

    def forward(self, *inputs):
        output, (h, c) = self.module(*inputs)
        results = [output, h, c]
        nudge = torch.zeros_like(results[self.which])
        nudge[self.position] = 1.0
        results[self.which] = results[self.which] + nudge
        return results[0], (results[1], results[2])


PLACES = [
    ({}, (T, B, I), 0, (5, 2, 3), "output", "time step 5, sample 2, unit 3"),
    ({"batch_first": True}, (B, T, I), 0, (2, 5, 3), "output", "sample 2, time step 5, unit 3"),
    ({"batch_first": True}, (T, I), 0, (5, 3), "output", "time step 5, unit 3"),
    ({"num_layers": 2}, (T, B, I), 1, (1, 2, 0), "h_n", "layer and direction 1, sample 2, unit 0"),
    ({"num_layers": 2}, (T, I), 2, (1, 3), "c_n", "layer and direction 1, unit 3"),
]


@pytest.mark.parametrize(("options", "shape", "which", "position", "name", "where"), PLACES)
def test_a_difference_of_a_layer_is_located(options, shape, which, position, name, where):
    twin, reference = lstm(**options)
    layers, batch = options.get("num_layers", 1), (B,) if len(shape) == 3 else ()
    inputs = double(*shape), (double(layers, *batch, H), double(layers, *batch, H))
    assert compare(twin, reference, *inputs), compare(twin, reference, *inputs)
    assert compare(twin, reference, inputs[0])
    report = compare(Nudge(twin, which, position), reference, *inputs)
    assert [each.name for each in report.differences if not each.equal] == [name]
    assert report.worst.where == f"at {where}"
    assert {"gradient of x", "gradient of h_0", "gradient of c_0"} <= {
        each.name for each in report.differences
    }


def test_dropout_draws_the_same_masks_and_leaves_the_random_state_alone():
    twin, reference = lstm(num_layers=2, dropout=0.5)
    before = torch.get_rng_state()
    assert compare(twin, reference, double_fixed())
    assert torch.equal(before, torch.get_rng_state())


def double_fixed():
    return torch.linspace(-1, 1, T * B * I, dtype=torch.float64).reshape(T, B, I)


def test_compare_changes_nothing():
    manual, reference = twins()
    x, h, c = double(B, I), double(B, H).requires_grad_(), double(B, H)
    reference.weight_ih.grad = torch.ones_like(reference.weight_ih)
    before = [each.detach().clone() for each in (x, h, c, *reference.parameters())]
    state = torch.get_rng_state()
    assert compare(manual, reference, x, (h, c))
    assert torch.equal(state, torch.get_rng_state())
    for was, now in zip(before, (x, h, c, *reference.parameters()), strict=True):
        assert torch.equal(was, now.detach())
    assert not x.requires_grad and h.grad is None and manual.weight_ih.grad is None
    assert torch.equal(reference.weight_ih.grad, torch.ones_like(reference.weight_ih))
    with torch.no_grad():
        assert compare(manual, reference, x, (h, c)).largest < 1e-12


def test_other_weights_are_an_error_not_a_difference():
    manual, reference = twins()
    inputs = double(B, I), (double(B, H), double(B, H))
    with torch.no_grad():
        manual.bias_hh[3] += 1e-6
    with pytest.raises(ValueError, match="bias_hh differs between the two: load the state_dict"):
        compare(manual, reference, *inputs)
    with pytest.raises(ValueError, match="weight_ih: expected shape .*20, 5.* got .*16, 5"):
        compare(manual, nn.LSTMCell(I, 5, dtype=torch.float64), *inputs)
    with pytest.raises(ValueError, match="weight_ih: expected dtype torch.float32"):
        compare(manual, nn.LSTMCell(I, H), *inputs)
    with pytest.raises(ValueError, match="expected the parameters"):
        compare(manual, nn.LSTMCell(I, H, bias=False, dtype=torch.float64), *inputs)


def test_single_precision_has_its_own_tolerance():
    manual, reference = twins(dtype=torch.float32)
    x, h, c = (double(*shape).float() for shape in ((B, I), (B, H), (B, H)))
    report = compare(manual, reference, x, (h, c))
    assert report and report.differences[0].tolerance == 1e-5
    report = compare(
        lambda x, hx: tuple(each + 1e-3 for each in reference(x, hx)), reference, x, (h, c)
    )
    assert not report
    half = x.half()
    with pytest.raises(ValueError, match="no tolerance is set for torch.float16"):
        compare(manual, reference, half)


def test_functions_are_compared_by_their_own_names():
    shapes = ((B, I), (B, H), (B, H), (4 * H, I), (4 * H, H), (4 * H,), (4 * H,))
    arguments = [double(*shape) for shape in shapes]
    report = compare(lstm_step, lstm_step, *arguments)
    assert report
    assert [each.name for each in report.differences] == ["h", "c"] + [
        f"gradient of {name}"
        for name in ("x", "h", "c", "weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]

    def wrong(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        weight_hh = weight_hh.clone()
        return lstm_step(x, h, c, weight_ih, weight_hh.detach(), bias_ih, bias_hh)

    report = compare(wrong, lstm_step, *arguments)
    assert report.worst.name == "gradient of weight_hh" and "none" in report.worst.where


def test_a_function_can_be_held_against_a_module():
    _, reference = twins()
    inputs = double(B, I), (double(B, H), double(B, H))

    def step(x, hx):
        return lstm_step(x, *hx, *reference.parameters())

    report = compare(step, reference, *inputs)
    assert report and "gradient of bias_ih" in {each.name for each in report.differences}
    assert compare(reference, step, *inputs)


def test_frozen_parameters_have_no_gradient_on_either_side():
    manual, reference = twins()
    for module in (manual, reference):
        module.bias_ih.requires_grad_(False)
    assert compare(manual, reference, double(B, I))


@pytest.mark.parametrize("inputs", [(), (torch.tensor([1, 2]),)], ids=["none", "whole numbers"])
def test_compare_asks_for_inputs_that_have_gradients(inputs):
    with pytest.raises(ValueError, match="tensors of floating point"):
        compare(torch.sin, torch.sin, *inputs)


def test_the_reports_text_is_the_same_on_every_machine():
    def report(*noise):
        names = ("h", "c", "gradient of x")
        return Report(
            tuple(Difference(n, x, 1e-12, "at 0") for n, x in zip(names, noise, strict=True))
        )

    one, other = report(0.0, 1e-16, 3e-14), report(2.2e-16, 0.0, 9.9e-13)
    assert repr(one) == repr(other) and one._repr_html_() == other._repr_html_()
    assert one.verdict == "Equal: all 3 tensors agree."


def test_a_tolerance_of_zero_is_a_tolerance():
    _, reference = twins()
    x = double(B, I)
    assert compare(reference, reference, x, tolerance=0.0, gradient_tolerance=0.0)
    assert not compare(lambda x: tuple(each + 1e-9 for each in reference(x)), reference, x,
                       tolerance=0.0, gradient_tolerance=0.0)  # fmt: skip


def test_equal_infinities_are_equal():
    assert (
        compare(lambda x: (x / 0, x), lambda x: (x / 0, x), torch.ones(3, dtype=torch.float64))
        .differences[0]
        .equal
    )
