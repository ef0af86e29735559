"""Our conversions of weights, held to torch by hand-made steps, and to the frameworks themselves.

Without what `test` installs for lesson 17 the second half is skipped, but not in CI.
"""

import logging
import os
import warnings
from importlib.util import find_spec
from itertools import permutations

import pytest
import torch
from torch import nn
from torch.export import Dim, export

from lstm_lessons.data import code_or_prose, elsewhere
from lstm_lessons.data.elsewhere import FOR_ONNX, RIVALS, kept, measure, quiet
from lstm_lessons.data.train_reader import batch_of, trained_reader
from lstm_lessons.drawing.pictures.gate_orders import LETTERS, gates
from lstm_lessons.lstm import frameworks
from lstm_lessons.lstm.cell import lstm_step

STEPS = {
    "ONNX": frameworks.onnx_step,
    "Keras": frameworks.keras_step,
    "Flax": frameworks.flax_step,
    "TensorFlow 1": frameworks.tensorflow_1_step,
}
LARGE = {"Flax": ("jax", "flax"), "TensorFlow 1": ("tensorflow", "tf_keras")}


def drawn(seed=0, I=3, H=5):  # noqa: E741
    random = torch.Generator().manual_seed(seed)
    shapes = ((4 * H, I), (4 * H, H), (4 * H,), (4 * H,))
    return [torch.randn(shape, generator=random, dtype=torch.float64) for shape in shapes]


def states(I=3, H=5, B=2):  # noqa: E741
    random = torch.Generator().manual_seed(1)
    return [torch.randn(B, size, generator=random, dtype=torch.float64) for size in (I, H, H)]


def as_arguments(theirs):
    return (theirs,) if isinstance(theirs, dict) else theirs


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize(("I", "H"), [(3, 5), (4, 1), (1, 2)])
def test_a_step_with_converted_weights_is_torchs_there_and_back(name, I, H):  # noqa: E741
    weights, given = drawn(I=I, H=H), states(I, H)
    theirs = as_arguments(RIVALS[name].there(*weights))
    back = RIVALS[name].back(*theirs)
    wanted = lstm_step(*given, *weights)
    for found in (STEPS[name](*given, *theirs), lstm_step(*given, *back)):
        for ours, torchs in zip(found, wanted, strict=True):
            assert torch.allclose(ours, torchs, rtol=0, atol=1e-12)
    assert [each.shape for each in back] == [each.shape for each in weights]
    again = RIVALS[name].there(*back)
    for ours, first in zip(flat(again), flat(RIVALS[name].there(*weights)), strict=True):
        assert torch.allclose(ours, first, rtol=0, atol=1e-12)


def flat(theirs):
    if isinstance(theirs, dict):
        return [each for layer in theirs.values() for each in layer.values()]
    return theirs


@pytest.mark.parametrize("name", STEPS)
def test_a_step_with_the_mistake_is_not_torchs(name):
    weights, given = drawn(), states()
    wrong = as_arguments(RIVALS[name].mistake(*weights))
    assert not torch.allclose(STEPS[name](*given, *wrong)[0], lstm_step(*given, *weights)[0])


def test_one_order_of_24_fits_a_known_output():
    """What the lesson says of its common mistake."""
    weights, given = drawn(), states()
    hidden = [frameworks.reorder(each, "ifgo", "ogif") for each in weights]
    wanted, fits = lstm_step(*given, *weights)[0], []
    for order in permutations("ifgo"):
        tried = [frameworks.reorder(each, "".join(order), "ifgo") for each in hidden]
        if torch.allclose(lstm_step(*given, *tried)[0], wanted):
            fits.append("".join(order))
    assert fits == ["ogif"]


def test_a_letter_that_is_not_there_is_refused():
    with pytest.raises(KeyError):
        frameworks.reorder(torch.zeros(8), "ifgo", "ifco")


def test_the_orders_are_those_that_the_picture_draws():
    assert {name: gates(name) for name in LETTERS} == frameworks.ORDERS


# --- torch.export: what the lesson says of it -----------------------------------------------------


class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0]


@pytest.mark.slow
def test_a_length_with_a_name_is_refused_by_torch_export():
    free = {"x": {0: Dim("B"), 1: Dim("T")}}
    with quiet(), pytest.raises(Exception, match=r"marked T as dynamic .* constant"):
        export(Whole(), (torch.randn(2, 8, 3),), dynamic_shapes=free)


@pytest.mark.slow
def test_no_warning_of_an_export_speaks_of_the_length():
    """The lesson keeps warnings off its page, and says what they are about."""
    free = {"x": {0: Dim.AUTO, 1: Dim.AUTO}}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exported = export(Whole(), (torch.randn(2, 8, 3),), dynamic_shapes=free).module()
    said = " ".join(str(each.message) for each in caught)
    assert not {"dynamic", "static", "specializ", "constant", "shape"} & set(said.split())
    assert exported(torch.randn(5, 8, 3)).shape == (5, 8, 4)
    with pytest.raises(AssertionError, match="== 8"):
        exported(torch.randn(2, 9, 3))


def test_quiet_gives_the_log_its_level_back():
    log = logging.getLogger("torch.onnx")
    before = log.level
    with pytest.raises(ZeroDivisionError), quiet():
        1 / 0  # noqa: B018
    assert log.level == before


# --- The frameworks themselves --------------------------------------------------------------------


def needs(*packages):
    missing = [each for each in packages if find_spec(each) is None]
    if missing and (os.environ.get("CI") is None or set(missing) & set(sum(LARGE.values(), ()))):
        pytest.skip(f"{', '.join(missing)}: not installed")


@pytest.mark.slow
@pytest.mark.parametrize("name", RIVALS)
def test_a_framework_makes_of_our_weights_what_was_kept(name, tmp_path, monkeypatch):
    needs(*RIVALS[name].packages)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))  # Keras writes its settings there
    found = measure(name)
    assert found.pop("run by").split()[0] == kept("frameworks")[name]["run by"].split()[0]
    assert found == {key: kept("frameworks")[name][key] for key in ("there", "back", "mistake")}
    assert found["there"] and found["back"]


def test_there_is_a_result_for_every_framework():
    assert set(kept("frameworks")) == set(RIVALS) == set(STEPS)


def test_what_was_kept_of_the_exported_step_is_what_torch_types():
    """The lesson itself exports and runs it, where the packages are there."""
    reader, _ = trained_reader()
    for numbers, theirs in zip(elsewhere.typed_lines(), kept("in her editor"), strict=True):
        lengths = torch.full((len(numbers),), numbers.shape[1])
        with torch.no_grad():
            wanted = reader(numbers, lengths, each_step=True)[..., 0]
        assert wanted.shape == numbers.shape
        assert torch.allclose(torch.tensor(theirs), wanted, rtol=0, atol=1e-5)
    ours = frameworks.to_onnx(*reader.lstm.all_weights[0])
    for tensor, file_has in zip(ours, kept("step.onnx"), strict=True):
        assert torch.allclose(tensor, torch.tensor(file_has), rtol=0, atol=1e-5)


def test_what_was_kept_of_keras_is_what_torch_reads():
    reader, _ = trained_reader()
    with torch.no_grad():
        wanted, _ = reader.lstm(reader.embedding(elsewhere.typed_lines()[0]))
    assert torch.allclose(torch.tensor(kept("in Keras")), wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("order", ["ifgo", "iofg"])
def test_what_was_kept_of_bare_weights_is_what_the_equations_of_onnx_give(order):
    reader, number = trained_reader()
    numbers, lengths = batch_of([line.text for line in code_or_prose()[484:]], number)
    W, R, *biases = (frameworks.reorder(w, "ifgo", order) for w in reader.lstm.all_weights[0])
    h = c = torch.zeros(len(numbers), 16)
    last = torch.zeros(len(numbers), 16)
    with torch.no_grad():
        for t, x in enumerate(reader.embedding(numbers).unbind(1)):
            h, c = frameworks.onnx_step(x, h, c, W[None], R[None], torch.cat(biases)[None])
            last[lengths == t + 1] = h[lengths == t + 1]
        wanted = reader.head(last)
    assert torch.allclose(torch.tensor(kept("bare weights")[order]), wanted, rtol=0, atol=1e-4)


@pytest.mark.parametrize("order", ["ifgo", "iofg"])
def test_onnxruntime_itself_reads_with_bare_weights_what_was_kept(order):
    needs("onnx", "onnxruntime")
    found, wanted = torch.tensor(elsewhere.read_by_onnx(order)), kept("bare weights")[order]
    assert found.shape == (242, 1)
    assert torch.allclose(found, torch.tensor(wanted), rtol=0, atol=1e-5)


@pytest.mark.slow
def test_keras_itself_reads_the_line_as_was_kept(tmp_path, monkeypatch):
    needs("keras")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))  # Keras writes its settings there
    found, wanted = torch.tensor(elsewhere.read_by_keras()), torch.tensor(kept("in Keras"))
    assert found.shape == (1, 11, 16)
    assert torch.allclose(found, wanted, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_torch_onnx_export_fixes_a_length_that_has_a_name(tmp_path):
    needs(*FOR_ONNX)
    free = {"x": {0: Dim("B"), 1: Dim("T")}}
    with quiet():
        program = torch.onnx.export(
            Whole(), (torch.randn(2, 8, 3),), dynamic_shapes=free, verbose=False
        )
    program.save(tmp_path / "whole.onnx")
    import onnxruntime

    session = onnxruntime.InferenceSession(tmp_path / "whole.onnx")
    assert session.get_inputs()[0].shape == ["B", 8, 3]


# --- Where the packages are not there -------------------------------------------------------------


def test_what_is_missing_is_named_with_the_way_to_get_it(capsys):
    assert elsewhere.ready("torch") and capsys.readouterr().out == ""
    assert not elsewhere.ready("torch", "no_such_package", "nor_this")
    said = capsys.readouterr().out
    assert "%pip install no_such_package nor_this" in said and "torch" not in said


def test_a_name_under_which_nothing_was_kept_is_an_error():
    with pytest.raises(KeyError):
        kept("nothing")
