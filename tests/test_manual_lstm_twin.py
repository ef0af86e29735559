"""ManualLSTM stands in for nn.LSTM: as a module, under torch's tools, and by its own identities."""

import copy
import io
import itertools
import os
import pickle
import shutil
import warnings

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call, grad, stack_module_state, vmap
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstm_lessons import ManualLSTM, ManualLSTMCell

T, B, I, P, H = 7, 3, 5, 2, 4  # noqa: E741 - the field's own symbols, all different
F64 = torch.float64

EVERY = [
    dict(zip(("num_layers", "bias", "bidirectional", "proj_size"), values, strict=True))
    for values in itertools.product((1, 2, 3), (True, False), (False, True), (0, P))
]
# Torch's own tools still use what torch no longer wants used.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning")

DEEP = {"num_layers": 2, "bidirectional": True}


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(30)


def x(*shape, dtype=F64):
    return torch.randn(*shape, dtype=dtype)


def made(**options):
    return ManualLSTM(I, H, **{"dtype": F64} | options)


def twins(**options):
    """Return a ManualLSTM and an nn.LSTM with the same random parameters."""
    reference = nn.LSTM(I, H, **{"dtype": F64} | options)
    manual = made(**options)
    manual.load_state_dict(reference.state_dict())
    return manual, reference


def states(batch=B, **options):
    slots = options.get("num_layers", 1) * (1 + options.get("bidirectional", False))
    batch = () if batch is None else (batch,)
    return x(slots, *batch, options.get("proj_size") or H), x(slots, *batch, H)


def flat(result):
    """Return output, h_n and c_n; of a packed output, its data."""
    output, (h_n, c_n) = result
    return [output.data if isinstance(output, PackedSequence) else output, h_n, c_n]


def close(ours, theirs, tolerance=1e-12):
    for mine, wanted in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, wanted, rtol=0, atol=tolerance)


# --- The module -----------------------------------------------------------------------------------


@pytest.mark.parametrize("options", EVERY, ids=str)
def test_names_shapes_order_and_first_values_are_torchs(options):
    torch.manual_seed(4)
    reference = nn.LSTM(I, H, **options)
    torch.manual_seed(4)
    manual = ManualLSTM(I, H, **options)
    ours, theirs = list(manual.named_parameters()), list(reference.named_parameters())
    assert [(name, p.shape) for name, p in ours] == [(name, p.shape) for name, p in theirs]
    close([p for _, p in ours], [p for _, p in theirs], 1e-7)
    # The next draw, too: both have drawn as many numbers.
    reference.reset_parameters()
    after = torch.get_rng_state()
    torch.manual_seed(4)
    manual.reset_parameters()
    manual.reset_parameters()
    assert torch.equal(torch.get_rng_state(), after)
    close(manual.parameters(), reference.parameters(), 1e-7)


@pytest.mark.parametrize("options", EVERY, ids=str)
def test_attributes_repr_and_all_weights_are_torchs(options):
    for more in ({}, {"batch_first": True}, {"dropout": 0.5} if options["num_layers"] > 1 else {}):
        manual, reference = twins(**options, **more)
        assert manual.extra_repr() == reference.extra_repr()
        assert repr(manual) == repr(reference).replace("LSTM(", "ManualLSTM(")
        for name in nn.LSTM.__constants__:
            assert getattr(manual, name) == getattr(reference, name), name
            assert type(getattr(manual, name)) is type(getattr(reference, name)), name
        ours, theirs = manual.all_weights, reference.all_weights
        assert [len(group) for group in ours] == [len(group) for group in theirs]
        close(itertools.chain(*ours), itertools.chain(*theirs), 0)
        owned = list(manual.parameters())
        assert all(a is b for a, b in zip(itertools.chain(*ours), owned, strict=True))
        if not options["bias"]:
            assert not hasattr(manual, "bias_ih_l0") and not hasattr(reference, "bias_ih_l0")


@pytest.mark.parametrize("options", EVERY, ids=str)
def test_state_dicts_go_both_ways(options):
    manual, reference = made(**options), nn.LSTM(I, H, dtype=F64, **options)
    sequence = x(T, B, I)
    reference.load_state_dict(manual.state_dict(), strict=True)
    close(flat(manual(sequence)), flat(reference(sequence)))
    reference.reset_parameters()
    manual.load_state_dict(reference.state_dict(), strict=True)
    close(flat(manual(sequence)), flat(reference(sequence)))
    assert manual.state_dict()._metadata.keys() == reference.state_dict()._metadata.keys()


def test_flatten_parameters_does_nothing_and_says_so():
    manual = made(**DEEP)
    before = {name: (p.data_ptr(), p.clone()) for name, p in manual.named_parameters()}
    assert manual.flatten_parameters() is None
    for name, parameter in manual.named_parameters():
        assert parameter.data_ptr() == before[name][0]
        assert torch.equal(parameter, before[name][1])
    assert "nothing" in ManualLSTM.flatten_parameters.__doc__.lower()


def test_a_parameter_that_is_replaced_is_used():
    manual, reference = twins()
    new = x(4 * H, H)
    manual.weight_hh_l0, reference.weight_hh_l0 = nn.Parameter(new), nn.Parameter(new)
    sequence = x(T, B, I)
    close(flat(manual(sequence)), flat(reference(sequence)))


def test_a_call_changes_neither_input_nor_states():
    manual, sequence, hx = made(**DEEP), x(T, B, I), states(**DEEP)
    copies = [each.clone() for each in (sequence, *hx)]
    manual(sequence, hx)
    assert all(torch.equal(a, b) for a, b in zip((sequence, *hx), copies, strict=True))


@pytest.mark.slow
def test_it_trains_as_torchs_does():
    manual, reference = twins(**DEEP)
    sequence, target = x(T, B, I), x(T, B, 2 * H)
    losses = {}
    for module in (manual, reference):
        optimiser = torch.optim.SGD(module.parameters(), lr=0.5, momentum=0.9)
        losses[module] = []
        for _ in range(5):
            optimiser.zero_grad()
            loss = (module(sequence)[0] - target).pow(2).mean()
            loss.backward()
            optimiser.step()
            losses[module].append(loss.item())
    assert losses[manual] == pytest.approx(losses[reference], rel=0, abs=1e-12)
    assert losses[manual][0] > losses[manual][-1]
    close(manual.parameters(), reference.parameters(), 1e-10)


# --- Dropout --------------------------------------------------------------------------------------


def inputs(form, batch_first):
    if form == "unbatched":
        return x(T, I)
    data = x(B, T, I) if batch_first else x(T, B, I)
    if form == "batched":
        return data
    lengths = torch.tensor([2, 7, 4])
    return pack_padded_sequence(data, lengths, batch_first, enforce_sorted=False)


@pytest.mark.parametrize("form", ["unbatched", "batched", "packed"])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("p", [0.3, 1.0])
def test_the_masks_for_a_seed_are_torchs(form, batch_first, p):
    options = {"num_layers": 3, "bidirectional": True, "dropout": p, "batch_first": batch_first}
    manual, reference = twins(**options)
    sequence, results = inputs(form, batch_first), []
    for module in (manual, reference):
        torch.manual_seed(8)
        results.append(flat(module(sequence)))
        after = torch.get_rng_state()
    close(*results)
    torch.manual_seed(8)
    manual(sequence)
    assert torch.equal(torch.get_rng_state(), after)
    assert not torch.allclose(results[0][0], flat(manual.eval()(sequence))[0])


def test_dropout_falls_between_layers_alone():
    """At p=1 the upper layer reads zeros; the lower layer's states and the output are whole."""
    dropped, plain = made(num_layers=2, dropout=1.0), made(num_layers=2)
    plain.load_state_dict(dropped.state_dict())
    sequence = x(T, B, I)
    output, (h_n, _) = dropped(sequence)
    close([h_n[0]], [plain(sequence)[1][0][0]])
    upper = ManualLSTM(H, H, dtype=F64)
    upper.load_state_dict(
        {n.replace("l1", "l0"): p for n, p in plain.state_dict().items() if n.endswith("l1")}
    )
    close([output], [upper(torch.zeros(T, B, H, dtype=F64))[0]])
    assert (output != 0).all()


def test_each_step_has_a_mask_of_its_own():
    """A layer that passes on what it reads shows the masks: they differ from step to step."""
    manual = made(num_layers=2, dropout=0.5)
    torch.manual_seed(8)
    mask = nn.functional.dropout(torch.ones(T * B, H, dtype=F64), 0.5).view(T, B, H)
    assert not torch.equal(mask[0], mask[1])
    lower, upper = made(), ManualLSTM(H, H, dtype=F64)
    for layer, number in ((lower, "l0"), (upper, "l1")):
        own = {n[:-2] + "l0": p for n, p in manual.state_dict().items() if n.endswith(number)}
        layer.load_state_dict(own)
    sequence = x(T, B, I)
    torch.manual_seed(8)
    close([manual(sequence)[0]], [upper(lower(sequence)[0] * mask)[0]])


def test_without_training_nothing_is_dropped_or_drawn():
    manual, reference = (each.eval() for each in twins(num_layers=2, dropout=0.5))
    sequence = x(T, B, I)
    before = torch.get_rng_state()
    close(flat(manual(sequence)), flat(reference(sequence)))
    assert torch.equal(torch.get_rng_state(), before)
    close(flat(manual(sequence)), flat(manual(sequence)))


def test_dropout_in_one_layer_is_warned_of_where_it_was_asked_for():
    caught = {}
    for kind in (ManualLSTM, nn.LSTM):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            kind(I, H, dropout=0.5)
            kind(I, H, num_layers=2, dropout=0.5)
            kind(I, H)
        (caught[kind],) = seen
    ours, theirs = caught.values()
    assert ours.category is theirs.category is UserWarning
    assert ours.filename == __file__
    for piece in ("num_layers=1", "dropout=0.5"):
        assert piece in str(ours.message) and piece in str(theirs.message)
    manual = made()
    sequence = x(T, B, I)
    with pytest.warns(UserWarning):
        dropped = made(dropout=0.5)
    dropped.load_state_dict(manual.state_dict())
    close(flat(dropped(sequence)), flat(manual(sequence)))


# --- Kinds of numbers -----------------------------------------------------------------------------

# Largest difference that rounding explains, results and gradients, for values below about 10.
DTYPES = {
    torch.float16: (2e-3, 4e-2),
    torch.bfloat16: (2e-2, 3e-1),
    torch.float32: (1e-6, 1e-5),
    torch.float64: (1e-12, 1e-10),
    torch.complex64: (1e-5, 1e-4),
    torch.complex128: (1e-12, 1e-10),
}


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("proj_size", [0, P])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_each_kind_of_numbers(dtype, proj_size):
    options = {**DEEP, "proj_size": proj_size}
    tolerance, gradient_tolerance = DTYPES[dtype]
    torch.manual_seed(5)
    reference = nn.LSTM(I, H, dtype=dtype, **options)
    torch.manual_seed(5)
    manual = ManualLSTM(I, H, dtype=dtype, **options)
    close(manual.parameters(), reference.parameters(), torch.finfo(dtype).eps)
    manual.load_state_dict(reference.state_dict())
    # Small values keep a complex tanh away from its poles, where it magnifies the last digit.
    sequence, hx = 0.3 * x(T, B, I, dtype=dtype), states(**options)
    hx = tuple(0.3 * state.to(dtype) for state in hx)
    found = []
    for module in (manual, reference):
        results = flat(module(sequence, hx))
        assert all(result.dtype == dtype for result in results)
        total = sum(result.abs().sum() for result in results)
        found.append((results, torch.autograd.grad(total, list(module.parameters()))))
    close(found[0][0], found[1][0], tolerance)
    close(found[0][1], found[1][1], gradient_tolerance)


@pytest.mark.slow
def test_to_another_kind_and_back():
    manual, reference = twins(**DEEP)
    sequence = x(T, B, I)
    for module in (manual, reference):
        assert module.to(torch.float32) is module
    assert all(p.dtype == torch.float32 for p in manual.parameters())
    close(flat(manual(sequence.float())), flat(reference(sequence.float())), 1e-6)
    close(flat(manual.double()(sequence)), flat(reference.double()(sequence)))
    assert manual.to("cpu", F64)(sequence)[0].dtype == F64
    meta = ManualLSTM(I, H, device="meta", **DEEP)
    assert meta(torch.empty(T, B, I, device="meta"))[0].shape == (T, B, 2 * H)
    filled = meta.to_empty(device="cpu").double()
    filled.load_state_dict(manual.state_dict())
    close(flat(filled(sequence)), flat(reference(sequence)))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU for torch")
@pytest.mark.parametrize("form", ["unbatched", "batched", "packed"])
def test_on_a_gpu(form):
    manual, reference = twins(**DEEP)
    sequence = inputs(form, False)
    with_cpu = flat(reference(sequence))
    manual, reference = manual.to("cuda"), reference.to("cuda")
    close(flat(manual(sequence.to("cuda"))), flat(reference(sequence.to("cuda"))), 1e-10)
    close([each.cpu() for each in flat(manual(sequence.to("cuda")))], with_cpu, 1e-10)


# --- Copies ---------------------------------------------------------------------------------------


def stored(module):
    buffer = io.BytesIO()
    torch.save(module, buffer)
    buffer.seek(0)
    return torch.load(buffer, weights_only=False)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), stored],
    ids=["deepcopy", "pickle", "torch.save"],
)  # fmt: skip
def test_a_copy_computes_the_same_and_is_its_own(copied):
    manual = made(num_layers=2, bidirectional=True, proj_size=P, batch_first=True)
    twin = copied(manual)
    sequence = x(B, T, I)
    before = flat(manual(sequence))
    close(flat(twin(sequence)), before)
    assert repr(twin) == repr(manual)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.zero_()
    close(flat(manual(sequence)), before)


# --- Torch's tools --------------------------------------------------------------------------------


def test_functional_call_takes_other_parameters():
    manual, reference = twins(**DEEP)
    other = made(**DEEP)
    parameters, sequence = dict(other.named_parameters()), x(T, B, I)
    close(
        flat(functional_call(manual, parameters, (sequence,))),
        flat(functional_call(reference, parameters, (sequence,))),
    )
    close(flat(functional_call(manual, parameters, (sequence,))), flat(other(sequence)))


@pytest.mark.slow
def test_vmap_over_inputs_states_and_gradients():
    manual, reference = twins(**DEEP, proj_size=P)
    many = x(6, T, B, I)
    hx = tuple(
        state.unflatten(1, (6, B)).transpose(0, 1) for state in states(6 * B, **DEEP, proj_size=P)
    )
    mapped = vmap(lambda sequence, h, c: manual(sequence, (h, c)))(many, *hx)
    for number in range(6):
        one = manual(many[number], (hx[0][number], hx[1][number]))
        close([each[number] for each in flat(mapped)], flat(one))
    with pytest.raises(RuntimeError, match="[Bb]atching rule not implemented"):
        vmap(lambda sequence: reference(sequence)[0])(many)

    def loss(parameters, sequence):
        return functional_call(manual, parameters, (sequence,))[0].pow(2).sum()

    parameters = {name: p.detach() for name, p in manual.named_parameters()}
    each = vmap(grad(loss), (None, 0))(parameters, many)
    for number in range(6):
        reference.zero_grad()
        reference(many[number])[0].pow(2).sum().backward()
        ours = [each[name][number] for name in parameters]
        close(ours, [p.grad for p in reference.parameters()], 1e-10)


def test_vmap_over_an_ensemble():
    several = [made(**DEEP) for _ in range(6)]
    parameters, buffers = stack_module_state(several)
    sequence = x(T, B, I)
    mapped = vmap(lambda p, b: functional_call(several[0], (p, b), (sequence,)))(
        parameters, buffers
    )
    for number, module in enumerate(several):
        close([each[number] for each in flat(mapped)], flat(module(sequence)))


SMALL = [
    {"num_layers": 1},
    {"num_layers": 2, "bidirectional": True, "bias": False},
    {"num_layers": 2, "bidirectional": True, "proj_size": 1},
]


@pytest.mark.slow
@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("options", SMALL, ids=str)
def test_gradients_agree_with_differences(options, packed, check):
    manual = ManualLSTM(3, 2, dtype=F64, **options)
    directions = options["num_layers"] * (1 + options.get("bidirectional", False))
    names = [name for name, _ in manual.named_parameters()]
    leaves = [x(3, 2, 3), x(directions, 2, options.get("proj_size", 2)), x(directions, 2, 2)]
    leaves += [p.detach().clone() for p in manual.parameters()]

    def run(sequence, h_0, c_0, *values):
        if packed:
            sequence = pack_padded_sequence(sequence, torch.tensor([1, 3]), enforce_sorted=False)
        parameters = dict(zip(names, values, strict=True))
        return tuple(flat(functional_call(manual, parameters, (sequence, (h_0, c_0)))))

    # fast_mode checks a random projection of the Jacobian; the small case is checked in full.
    fast = options["num_layers"] > 1
    assert check(run, [leaf.requires_grad_() for leaf in leaves], fast_mode=fast)


def test_forward_mode_agrees_with_torchs():
    manual, reference = twins(**DEEP)
    sequence, tangent = x(T, B, I), x(T, B, I)
    ours, theirs = (
        torch.func.jvp(lambda s, m=m: tuple(flat(m(s))), (sequence,), (tangent,))[1]
        for m in (manual, reference)
    )
    close(ours, theirs, 1e-10)


COMPILERS = ("g++", "clang++", "c++", "cl")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "layers", "steps"),
    [("aot_eager", DEEP, T), ("inductor", {}, 2)],
)
def test_a_call_of_fixed_length_compiles_whole(backend, layers, steps):
    """The graph is whole without any C++ compiler; with one, its machine code agrees too.

    To make machine code takes long, and longer for each layer and step, so it is made of few.
    """
    if backend == "inductor" and not ("CXX" in os.environ or any(map(shutil.which, COMPILERS))):
        pytest.skip("torch.compile needs a C++ compiler to make machine code, and found none")
    options = {**layers, "proj_size": P, "batch_first": True}
    manual, reference = twins(**options)
    compiled = torch.compile(manual, fullgraph=True, backend=backend)
    sequence, hx = x(B, steps, I), states(**options)
    results, wanted = flat(compiled(sequence, hx)), flat(reference(sequence, hx))
    close(results, wanted)
    ours, theirs = (
        torch.autograd.grad(sum(r.pow(2).sum() for r in found), list(module.parameters()))
        for found, module in ((results, manual), (wanted, reference))
    )
    close(ours, theirs, 1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("given", [False, True], ids=["no hx", "hx"])
def test_export_with_any_batch(given):
    options = {**DEEP, "proj_size": P}
    manual, reference = (each.eval() for each in twins(**options, dropout=0.5))
    arguments = (x(T, B, I), states(**options))[: 1 + given]
    batch = torch.export.Dim("batch", min=2, max=64)
    dynamic = ({1: batch}, ({1: batch}, {1: batch}))[: 1 + given]
    program = torch.export.export(manual, arguments, dynamic_shapes=dynamic)
    for size in (B, 9):
        arguments = (x(T, size, I), states(size, **options))[: 1 + given]
        close(flat(program.module()(*arguments)), flat(reference(*arguments)))


# --- Identities that need no other implementation -------------------------------------------------


def direction(manual, layer, suffix):
    """Return one direction of a layer as a layer of its own."""
    names = {"weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"}
    own = {
        f"{name}_l0": manual.state_dict()[f"{name}_l{layer}{suffix}"]
        for name in names
        if f"{name}_l{layer}{suffix}" in manual.state_dict()
    }
    alone = ManualLSTM(
        own["weight_ih_l0"].shape[1], H, bias=manual.bias, proj_size=manual.proj_size, dtype=F64
    )
    alone.load_state_dict(own)
    return alone


@pytest.mark.parametrize("proj_size", [0, P])
def test_the_reverse_direction_is_the_forward_one_of_the_flipped_input(proj_size):
    manual = made(bidirectional=True, proj_size=proj_size)
    sequence, (h_0, c_0) = x(T, B, I), states(bidirectional=True, proj_size=proj_size)
    output, (h_n, c_n) = manual(sequence, (h_0, c_0))
    ahead, back = direction(manual, 0, ""), direction(manual, 0, "_reverse")
    forward = ahead(sequence, (h_0[:1], c_0[:1]))
    reverse = back(sequence.flip(0), (h_0[1:], c_0[1:]))
    close([output], [torch.cat((forward[0], reverse[0].flip(0)), dim=-1)])
    close([h_n, c_n], [torch.cat(pair) for pair in zip(forward[1], reverse[1], strict=True)])


def test_a_stack_is_a_layer_on_a_layer():
    manual = made(**DEEP, proj_size=P)
    sequence, (h_0, c_0) = x(T, B, I), states(**DEEP, proj_size=P)
    output, (h_n, c_n) = manual(sequence, (h_0, c_0))
    below, slot = sequence, 0
    for layer in range(2):
        outputs = []
        for suffix in ("", "_reverse"):
            turn = (lambda s: s.flip(0)) if suffix else (lambda s: s)
            own = (h_0[slot : slot + 1], c_0[slot : slot + 1])
            result, (h, c) = direction(manual, layer, suffix)(turn(below), own)
            outputs.append(turn(result))
            close([h[0], c[0]], [h_n[slot], c_n[slot]])
            slot += 1
        below = torch.cat(outputs, dim=-1)
    close([output], [below])


def test_a_layer_is_a_cell_step_by_step():
    manual, cell = made(), ManualLSTMCell(I, H, dtype=F64)
    cell.load_state_dict({name[:-3]: p for name, p in manual.state_dict().items()})
    sequence, (h_0, c_0) = x(T, B, I), states()
    output, (h_n, c_n) = manual(sequence, (h_0, c_0))
    h, c = h_0[0], c_0[0]
    for t in range(T):
        h, c = cell(sequence[t], (h, c))
        close([output[t]], [h])
    close([h_n[0], c_n[0]], [h, c])


@pytest.mark.parametrize("cut", [1, 4, T - 1])
def test_two_chunks_with_carried_states_are_one_whole(cut):
    options = {"num_layers": 3, "proj_size": P}
    manual, sequence, hx = made(**options), x(T, B, I), states(**options)
    whole, last = manual(sequence, hx)
    first, carried = manual(sequence[:cut], hx)
    second, end = manual(sequence[cut:], carried)
    close([whole, *last], [torch.cat((first, second)), *end])
    forgotten, _ = manual(sequence[cut:])
    assert (forgotten - whole[cut:]).abs().max() > 1e-3


@pytest.mark.parametrize("lengths", [(4, 7, 1), (7, 7, 2), (1, 1, 1)])
@pytest.mark.parametrize("proj_size", [0, P])
def test_each_packed_sequence_is_as_if_alone(lengths, proj_size):
    options = {**DEEP, "proj_size": proj_size}
    manual, sequence, (h_0, c_0) = made(**options), x(max(lengths), 3, I), states(**options)
    for row, length in enumerate(lengths):
        sequence[length:, row] = torch.nan  # padding is never read
    packed = pack_padded_sequence(sequence, torch.tensor(lengths), enforce_sorted=False)
    result, (h_n, c_n) = manual(packed, (h_0, c_0))
    output, seen = pad_packed_sequence(result)
    assert tuple(seen.tolist()) == lengths
    for row, length in enumerate(lengths):
        alone, (h, c) = manual(sequence[:length, row], (h_0[:, row], c_0[:, row]))
        close([output[:length, row], h_n[:, row], c_n[:, row]], [alone, h, c])


def test_a_permuted_batch_gives_permuted_results():
    manual, sequence, (h_0, c_0) = made(**DEEP), x(T, B, I), states(**DEEP)
    order = torch.tensor([2, 0, 1])
    output, (h_n, c_n) = manual(sequence, (h_0, c_0))
    close(
        flat(manual(sequence[:, order], (h_0[:, order], c_0[:, order]))),
        [output[:, order], h_n[:, order], c_n[:, order]],
    )


@pytest.mark.parametrize("batch_first", [False, True])
def test_the_forms_of_one_input_agree(batch_first):
    manual, sequence, (h_0, c_0) = made(**DEEP), x(T, B, I), states(**DEEP)
    output, (h_n, c_n) = manual(sequence, (h_0, c_0))
    first = made(**DEEP, batch_first=True)
    first.load_state_dict(manual.state_dict())
    turned, ends = first(sequence.transpose(0, 1), (h_0, c_0))
    close([turned.transpose(0, 1), *ends], [output, h_n, c_n])
    module = first if batch_first else manual
    for row in range(B):
        alone, (h, c) = module(sequence[:, row], (h_0[:, row], c_0[:, row]))
        close([alone, h, c], [output[:, row], h_n[:, row], c_n[:, row]])


def test_one_bias_does_for_two():
    manual, merged = made(**DEEP), made(**DEEP)
    merged.load_state_dict(manual.state_dict())
    with torch.no_grad():
        for name, parameter in merged.named_parameters():
            if name.startswith("bias_ih"):
                parameter += merged.get_parameter(name.replace("ih", "hh"))
            elif name.startswith("bias_hh"):
                parameter.zero_()
    sequence = x(T, B, I)
    close(flat(manual(sequence)), flat(merged(sequence)))
    manual(sequence)[0].pow(2).sum().backward()
    for name, parameter in manual.named_parameters():
        if name.startswith("bias_ih"):
            close([parameter.grad], [manual.get_parameter(name.replace("ih", "hh")).grad])


def test_a_bias_of_zero_is_none():
    without, zero = made(**DEEP, bias=False), made(**DEEP)
    with torch.no_grad():
        for name, parameter in zero.named_parameters():
            parameter.copy_(without.state_dict().get(name, torch.zeros_like(parameter)))
    sequence = x(T, B, I)
    close(flat(without(sequence)), flat(zero(sequence)))


def test_a_projection_that_picks_units_hides_the_others():
    """Projecting onto the first P units is an LSTM whose weight_hh has zeros for the rest."""
    projected, plain = made(proj_size=P), made()
    own = {name: value.clone() for name, value in projected.state_dict().items()}
    own["weight_hr_l0"] = torch.eye(P, H, dtype=F64)
    projected.load_state_dict(own)
    own["weight_hh_l0"] = torch.cat((own["weight_hh_l0"], torch.zeros(4 * H, H - P, dtype=F64)), 1)
    del own["weight_hr_l0"]
    plain.load_state_dict(own)
    sequence = x(T, B, I)
    output, (h_n, c_n) = plain(sequence)
    close(flat(projected(sequence)), [output[..., :P], h_n[..., :P], c_n])


def test_the_future_is_not_read():
    """One direction reads no later step: a NaN at t leaves all steps before it as they were."""
    manual, sequence = made(num_layers=2), x(T, B, I)
    clean = manual(sequence)[0]
    sequence[4, 1] = torch.nan
    output = manual(sequence)[0]
    close([output[:4], output[:, [0, 2]]], [clean[:4], clean[:, [0, 2]]])
    assert output[4:, 1].isnan().all()


@pytest.mark.parametrize("gone", ["bias_ih_l0", "bias_hh_l0", "bias_hh_l1_reverse"])
def test_where_one_bias_is_gone_the_other_counts(gone):
    """A learner may set one to None; torch then raises, and zeros are what it means."""
    ours = ManualLSTM(3, 4, 2, bidirectional=True, dtype=torch.float64)
    with_zeros = ManualLSTM(3, 4, 2, bidirectional=True, dtype=torch.float64)
    with_zeros.load_state_dict(ours.state_dict())
    nn.init.zeros_(getattr(with_zeros, gone))
    setattr(ours, gone, None)
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    torch.testing.assert_close(ours(x)[0], with_zeros(x)[0], atol=1e-12, rtol=0)


def test_what_is_not_supported_says_so():
    ours = ManualLSTM(3, 4)
    nested = torch.nested.nested_tensor([torch.zeros(5, 3), torch.zeros(4, 3)])
    jagged = torch.nested.nested_tensor(list(nested.unbind()), layout=torch.jagged)
    for each in (nested, jagged):
        with pytest.raises(RuntimeError, match="nested tensors are not supported: pad"):
            ours(each)
    with pytest.raises(TypeError, match=r"torch\.fx is not supported"):
        torch.fx.symbolic_trace(ours)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert ours(torch.zeros(5, 2, 3))[0].dtype == torch.float32
