"""What other frameworks make of our weights: measured with the frameworks themselves, and kept.

``python -m lstm_lessons.data.elsewhere`` runs each of them that is installed, and prints the file
elsewhere.json; what is not installed stays as it is there. ONNX and Keras come with what `test`
installs. JAX with Flax (about 420 MB) and TensorFlow (2 GB) do not: they were run beforehand.

A lesson asks ``ready`` whether packages are there, and takes ``kept`` where they are not.
"""

import json
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy
import torch
from torch import Tensor, nn
from torch.export import Dim

from lstm_lessons.data import code_or_prose
from lstm_lessons.data.train_reader import TRAINED_ON, batch_of, trained_reader
from lstm_lessons.lstm import frameworks
from lstm_lessons.lstm.reader import OneStep

FILE = Path(__file__).with_name("elsewhere.json")
FOR_ONNX = ("onnx", "onnxscript", "onnxruntime")

SHAPES = ((16, 3), (16, 4), (16,), (16,))  # 4 units that read 3 numbers


def ready(*packages: str) -> bool:
    """Say whether all packages are installed; where they are not, print how to get them."""
    missing = [each for each in packages if find_spec(each) is None]
    if missing:
        print(f"{', '.join(missing)}: not installed here. What you see now was kept from the")
        print(
            f"machine that made this page. To run it, first run: %pip install {' '.join(missing)}"
        )
    return not missing


@cache
def kept(name: str) -> Any:
    """Return what was measured under this name when the file was made.

    Raises:
        KeyError: nothing was kept under this name.
    """
    return json.loads(FILE.read_text(encoding="utf-8"))[name]


def onnx_weights(path: Path) -> tuple[Tensor, ...]:
    """Return W (1, 4H, I), R (1, 4H, H) and B (1, 8H) of the LSTM in an ONNX file.

    Raises:
        ValueError: the file does not hold one LSTM.
    """
    onnx = import_module("onnx")
    graph = onnx.load(path).graph
    (node,) = (each for each in graph.node if each.op_type == "LSTM")
    stored = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    return tuple(torch.tensor(stored[name]) for name in node.input[1:4])


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings of an exporter off the page: they speak of its own insides."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)


def run_onnx(x: Tensor, weights: Any) -> Tensor:
    """Return the output (T, B, H) of ONNX's operator LSTM, run by onnxruntime; x is (T, B, I)."""
    onnx, runtime = import_module("onnx"), import_module("onnxruntime")
    helper, number = onnx.helper, onnx.TensorProto.FLOAT
    names, tensors = ("W", "R", "B"), [each.contiguous().numpy() for each in weights]
    node = helper.make_node("LSTM", ["x", *names], ["y"], hidden_size=weights[1].shape[2])
    given = helper.make_tensor_value_info("x", number, ["T", "B", x.shape[2]])
    made = helper.make_tensor_value_info("y", number, None)
    stored = list(map(onnx.numpy_helper.from_array, tensors, names))
    graph = helper.make_graph([node], "layer", [given], [made], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    session = runtime.InferenceSession(model.SerializeToString())
    return torch.from_numpy(session.run(None, {"x": x.numpy()})[0])[:, 0]


def run_keras(x: Tensor, weights: Any) -> Tensor:
    """Return the output (T, B, H) of keras.layers.LSTM, with torch as what it computes with."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = import_module("keras")
    layer = keras.layers.LSTM(len(weights[1]), return_sequences=True)
    layer.build((None, None, x.shape[2]))
    layer.set_weights([each.numpy() for each in weights])
    output = layer(x.transpose(0, 1).numpy())
    return torch.tensor(keras.ops.convert_to_numpy(output)).transpose(0, 1)


def run_flax(x: Tensor, weights: Any) -> Tensor:
    """Return the output (T, B, H) of flax.linen.LSTMCell in a loop; its carry is (c, h)."""
    linen, arrays = import_module("flax.linen"), import_module("jax").numpy
    parameters: dict[str, dict[str, Any]] = {}
    for name, layer in weights.items():
        parameters[name] = {key: arrays.asarray(each.numpy()) for key, each in layer.items()}
    hidden_size = len(parameters["hi"]["bias"])
    zeros = arrays.zeros((x.shape[1], hidden_size))
    cell, carry, outputs = linen.LSTMCell(hidden_size), (zeros, zeros), []
    for x_t in x.numpy():
        carry, h = cell.apply({"params": parameters}, carry, x_t)
        outputs.append(torch.tensor(h.tolist()))
    return torch.stack(outputs)


def run_tensorflow_1(x: Tensor, weights: Any) -> Tensor:
    """Return the output (T, B, H) of TensorFlow's old BasicLSTMCell in a loop."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    cells = import_module("tf_keras.src.layers.rnn.legacy_cells")
    tensorflow = import_module("tensorflow")
    cell = cells.BasicLSTMCell(len(weights[1]) // 4)
    cell.build(tensorflow.TensorShape(x.shape[1:]))
    cell.set_weights([each.numpy() for each in weights])
    state, outputs = cell.zero_state(x.shape[1], tensorflow.float32), []
    for x_t in x.numpy():
        h, state = cell(tensorflow.constant(x_t), state)
        outputs.append(torch.tensor(h.numpy()))
    return torch.stack(outputs)


class Rival(NamedTuple):
    """A framework: its packages, our conversions, how it is run, and a mistake to compare with."""

    packages: tuple[str, ...]
    there: Callable[..., Any]
    back: Callable[..., Sequence[Tensor]]
    run: Callable[[Tensor, Any], Tensor]
    mistake: Callable[..., Any]


def _rows_as_they_lie(weight_ih: Tensor, weight_hh: Tensor, *biases: Tensor) -> Any:
    return weight_ih[None], weight_hh[None], torch.cat(biases)[None]


def _second_bias_lost(
    weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor
) -> Any:
    return frameworks.to_keras(weight_ih, weight_hh, bias_ih, torch.zeros_like(bias_hh))


def _first_bias_lost(weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor) -> Any:
    return frameworks.to_flax(weight_ih, weight_hh, torch.zeros_like(bias_ih), bias_hh)


def _forget_bias_left(*weights: Tensor) -> Any:
    return frameworks.to_tensorflow_1(*weights, forget_bias=0.0)


RIVALS = {
    "ONNX": Rival(
        ("onnx", "onnxruntime"),
        frameworks.to_onnx,
        frameworks.from_onnx,
        run_onnx,
        _rows_as_they_lie,
    ),
    "Keras": Rival(
        ("keras",), frameworks.to_keras, frameworks.from_keras, run_keras, _second_bias_lost
    ),
    "Flax": Rival(
        ("jax", "flax"), frameworks.to_flax, frameworks.from_flax, run_flax, _first_bias_lost
    ),
    "TensorFlow 1": Rival(
        ("tf_keras", "tensorflow"),
        frameworks.to_tensorflow_1,
        frameworks.from_tensorflow_1,
        run_tensorflow_1,
        _forget_bias_left,
    ),
}


def gap(rival: Rival, weights: Sequence[Tensor], x: Tensor, theirs: Any) -> float:
    """Return how far a framework with its weights ``theirs`` is from torch with ``weights``."""
    I, H = x.shape[2], weights[1].shape[1]  # noqa: E741
    lstm = nn.LSTM(I, H)
    with torch.no_grad():
        for parameter, each in zip(lstm.parameters(), weights, strict=True):
            parameter.copy_(each)
        wanted, _ = lstm(x)
    return (rival.run(x, theirs) - wanted).abs().max().item()


def measure(name: str) -> dict[str, Any]:
    """Return what a framework makes of our weights, we of its weights, and of a mistake.

    ``there`` and ``back`` say whether no number differs by more than 1e-6, the rounding of float32.
    """
    rival = RIVALS[name]
    torch.manual_seed(0)
    x = torch.randn(6, 5, 3)
    ours, others = ([2 * torch.rand(shape) - 1 for shape in SHAPES] for _ in range(2))
    theirs = rival.there(*others)
    return {
        "run by": f"{rival.packages[-1]} {version(rival.packages[-1])}",
        "there": gap(rival, ours, x, rival.there(*ours)) < 1e-6,
        "back": gap(rival, rival.back(*_listed(theirs)), x, theirs) < 1e-6,
        "mistake": round(gap(rival, ours, x, rival.mistake(*ours)), 2),
    }


def ship_a_step(path: Path) -> None:
    """Write the reader's `OneStep` as an ONNX file, with a batch B that is free."""
    reader, _ = trained_reader()
    B = Dim("B")
    free = {"numbers": {0: B}, "h": {1: B}, "c": {1: B}}
    # Two tensors: one that is handed over twice would become one input (lesson 17).
    example = (torch.tensor([1, 2]), torch.zeros(1, 2, 16), torch.zeros(1, 2, 16))
    names = ["score", "new_h", "new_c"]
    with quiet():
        program = torch.export.export(OneStep(reader), example, dynamic_shapes=free)
        written = torch.onnx.export(program, output_names=names, verbose=False)
    assert written is not None
    written.save(path)


def typed_elsewhere(path: Path, numbers: Tensor) -> list[list[float]]:
    """Return the scores after each character of B lines (B, T), by onnxruntime from such a file."""
    session = import_module("onnxruntime").InferenceSession(path)
    h, c = numpy.zeros((2, 1, len(numbers), 16), "float32")
    scores = []
    for characters in numbers.T.numpy():
        given = {"numbers": characters, "h": h, "c": c}
        score, h, c = session.run(None, given)
        scores.append([round(each.item(), 6) for each in score])
    return [list(line) for line in zip(*scores, strict=True)]


def typed_lines() -> tuple[Tensor, ...]:
    """Return what lesson 17 types: (1, 11) a line of code, (5, 8) beginnings of five others."""
    _, number = trained_reader()
    texts = [line.text[:8] for line in code_or_prose()[TRAINED_ON : TRAINED_ON + 5]]
    return tuple(
        torch.tensor([[number[character] for character in text] for text in each])
        for each in (["print(x, y)"], texts)
    )


def read_by_keras() -> list[list[list[float]]]:
    """Return h (1, 11, 16) at each step of a line of code, by Keras with the reader's weights."""
    reader, _ = trained_reader()
    with torch.no_grad():
        x = reader.embedding(typed_lines()[0]).transpose(0, 1)
        theirs = frameworks.to_keras(*reader.lstm.all_weights[0])
        output = run_keras(x, theirs).transpose(0, 1).double()
    return (output.mul(1e6).round() / 1e6).tolist()


def read_by_onnx(order: str) -> list[list[float]]:
    """Return the reader's scores (242, 1) with ONNX's LSTM, given the rows in an order."""
    reader, number = trained_reader()
    numbers, lengths = batch_of([line.text for line in code_or_prose()[TRAINED_ON:]], number)
    with torch.no_grad():
        W, R, *biases = (frameworks.reorder(w, "ifgo", order) for w in reader.lstm.all_weights[0])
        x = reader.embedding(numbers).transpose(0, 1)
        output = run_onnx(x, (W[None], R[None], torch.cat(biases)[None]))
        scores = reader.head(output[lengths - 1, range(len(lengths))]).double()
    return (scores.mul(1e6).round() / 1e6).tolist()


def _listed(weights: Any) -> Any:
    return (weights,) if isinstance(weights, dict) else weights


if __name__ == "__main__":
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    if all(find_spec(each) for each in FOR_ONNX):
        with TemporaryDirectory() as folder:
            file = Path(folder, "step.onnx")
            ship_a_step(file)
            stored["in her editor"] = [typed_elsewhere(file, each) for each in typed_lines()]
            weights = [each.double().mul(1e4).round() / 1e4 for each in onnx_weights(file)]
            stored["step.onnx"] = [each.tolist() for each in weights]
        stored["bare weights"] = {order: read_by_onnx(order) for order in ("ifgo", "iofg")}
    if find_spec("keras"):
        stored["in Keras"] = read_by_keras()
    for name, rival in RIVALS.items():
        if all(find_spec(each) for each in rival.packages):
            stored["frameworks"][name] = measure(name)
    print("{" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in stored.items()) + "}")
