"""The reader that goes through the course: the module, the file of weights, plain Python."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import lstm_lessons.data
from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose, plain_reader
from lstm_lessons.data.train_reader import SEED, TRAINED_ON, as_text, open_brackets, scores, train
from lstm_lessons.lstm.reader import Reader

FILE = Path(lstm_lessons.data.__file__).with_name("reader.json")
BRACKETS = 5  # the unit that follows brackets


def numbers_of(number, lines):
    rows = [torch.tensor([number[each] for each in line]) for line in lines]
    lengths = torch.tensor([len(row) for row in rows])
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths


@pytest.fixture(scope="module")
def retrained():
    return train(SEED)


@pytest.mark.slow
def test_the_file_is_what_the_script_makes(retrained):
    stored, made = json.loads(FILE.read_text(encoding="utf-8")), json.loads(as_text(retrained))
    assert stored["alphabet"] == made["alphabet"]
    assert stored.keys() == made.keys()
    for name in stored.keys() - {"alphabet"}:
        assert stored[name]["shape"] == made[name]["shape"]
        assert stored[name]["values"] == pytest.approx(made[name]["values"], abs=2e-3)


@pytest.mark.slow
def test_what_the_readme_says_of_it(retrained):
    found = scores(retrained)
    assert found["unit"] == BRACKETS
    for name, said in (("held out", 0.897), ("tie", 0.976), ("tie, held out", 0.873)):
        assert found[name] == pytest.approx(said, abs=0.005), name


def test_the_shipped_reader_is_as_good_as_it_says():
    reader, number = trained_reader()
    lines = code_or_prose()[TRAINED_ON:]
    numbers, lengths = numbers_of(number, [line.text for line in lines])
    with torch.no_grad():
        right = (reader(numbers, lengths)[:, 0] > 0) == torch.tensor([line.code for line in lines])
    assert right.double().mean().item() == pytest.approx(0.897, abs=0.005)


def test_plain_python_and_torch_read_alike():
    reader, number = trained_reader()
    lines = [line.text for line in code_or_prose()[::25]]
    numbers, lengths = numbers_of(number, lines)
    with torch.no_grad():
        each_step = reader.double()(numbers, lengths, each_step=True)[..., 0]
        states, _ = reader.lstm(reader.embedding(numbers))
    for b, line in enumerate(lines):
        steps = plain_reader.read(line)
        wanted = each_step[b, : len(line)].tolist()
        assert [step.score for step in steps] == pytest.approx(wanted, abs=1e-5)
        h = torch.tensor([step.h for step in steps], dtype=torch.float64)
        torch.testing.assert_close(h, states[b, : len(line)], rtol=0, atol=1e-5)


def test_the_gates_of_plain_python_make_its_memory():
    steps = plain_reader.read("f(a, (b, c), d)")
    for before, step in zip(steps, steps[1:], strict=False):
        for unit in range(plain_reader.HIDDEN_SIZE):
            kept = step.f[unit] * before.c[unit] + step.i[unit] * step.g[unit]
            assert step.c[unit] == pytest.approx(kept, abs=1e-12)
            assert step.h[unit] == pytest.approx(
                step.o[unit] * torch.tensor(step.c[unit], dtype=torch.float64).tanh().item()
            )
    assert all(0 < step.certainty < 1 for step in steps)


def test_plain_python_needs_no_torch():
    code = "import sys; from lstm_lessons.data import plain_reader; plain_reader.read('x = 1'); "
    done = subprocess.run([sys.executable, "-c", code + "assert 'torch' not in sys.modules"])
    assert done.returncode == 0


def test_one_unit_counts_opening_brackets_and_forgets_them_all_at_once():
    memory = [step.c[BRACKETS] for step in plain_reader.read("((((((()")]
    assert memory[:7] == pytest.approx([1, 2, 3, 4, 5, 6, 7], abs=0.05)
    assert memory[7] == pytest.approx(0, abs=0.05)


def test_a_character_that_it_has_never_met_is_read_as_zeros():
    reader, number = trained_reader()
    assert "é" not in number
    (step,) = plain_reader.read("é")
    with torch.no_grad():
        score = reader(torch.tensor([[0]]), torch.tensor([1]))
    assert step.score == pytest.approx(score.item(), abs=1e-5)
    assert plain_reader.read("") == ()


def test_open_brackets():
    assert open_brackets('f(")") x') == [False, True, True, True, True, False, False, False]
    assert open_brackets(")(") == [False, True]
    assert open_brackets("[(])") == [True, True, True, False]


def test_the_trained_reader_leaves_torch_as_it_was():
    state = torch.get_rng_state()
    torch.set_default_dtype(torch.float64)
    try:
        reader, _ = trained_reader()
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.equal(torch.get_rng_state(), state)
    assert {each.dtype for each in reader.parameters()} == {torch.float32}
    assert not reader.training


class TestReader:
    """The module to take home."""

    B, T, E, H, K = 4, 9, 3, 5, 2

    def made(self):
        torch.manual_seed(0)
        reader = Reader(12, self.E, self.H, outputs=self.K).double()
        lengths = torch.tensor([7, 1, 9, 4])
        numbers = torch.randint(1, 13, (self.B, self.T))
        numbers[torch.arange(self.T) >= lengths[:, None]] = 0
        return reader, numbers, lengths

    def test_shapes(self):
        reader, numbers, lengths = self.made()
        assert reader(numbers, lengths).shape == (self.B, self.K)
        assert reader(numbers, lengths, each_step=True).shape == (self.B, self.T, self.K)

    def test_each_line_is_scored_as_if_it_were_alone(self):
        reader, numbers, lengths = self.made()
        whole, steps = reader(numbers, lengths), reader(numbers, lengths, each_step=True)
        for b, n in enumerate(lengths):
            x = reader.embedding(numbers[b, :n])
            wanted = reader.head(reader.lstm(x)[0])
            torch.testing.assert_close(steps[b, :n], wanted, rtol=0, atol=1e-12)
            torch.testing.assert_close(whole[b], wanted[-1], rtol=0, atol=1e-12)

    def test_longer_padding_changes_nothing_and_is_given_back(self):
        reader, numbers, lengths = self.made()
        longer = torch.nn.functional.pad(numbers, (0, 6))
        torch.testing.assert_close(reader(longer, lengths), reader(numbers, lengths))
        assert reader(longer, lengths, each_step=True).shape == (self.B, self.T + 6, self.K)

    def test_dropout_acts_in_training_only(self):
        _, numbers, lengths = self.made()
        reader = Reader(12, dropout=0.5)
        assert not torch.equal(reader(numbers, lengths), reader(numbers, lengths))
        reader.eval()
        assert torch.equal(reader(numbers, lengths), reader(numbers, lengths))

    def test_every_parameter_learns(self):
        reader, numbers, lengths = self.made()
        reader(numbers, lengths, each_step=True).sum().backward()
        assert all(each.grad.abs().sum() > 0 for each in reader.parameters())
        assert not reader.embedding.weight.grad[0].any()

    @pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU for torch")
    def test_on_a_gpu(self):
        reader, numbers, lengths = self.made()
        wanted = reader(numbers, lengths)
        found = reader.cuda()(numbers.cuda(), lengths.cuda())
        torch.testing.assert_close(found.cpu(), wanted, rtol=0, atol=1e-6)
