"""The module that the lessons build up, whole at the end of lesson 09: embedding, LSTM, head."""

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def run_packed(lstm: nn.LSTM, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Return output (B, T, H) and h_n (1, B, H) of an LSTM that reads padded lines, packed.

    Shapes: x (B, T, I); lengths (B,), at least 1 and at most T, in any order. The output behind the
    end of a line is zeros.
    """
    packed = pack_padded_sequence(
        x,
        lengths.cpu(),
        batch_first=True,
        enforce_sorted=False,
    )
    output, (h_n, _) = lstm(packed)
    T = x.shape[1]
    output, _ = pad_packed_sequence(output, batch_first=True, total_length=T)
    return output, h_n


class Reader(nn.Module):
    """Read a batch of lines, one number a character; score each line, or each of its steps.

    Sizes: ``num_characters`` rows of the table beside row 0, which is the padding;
    ``embedding_dim`` E numbers a character; ``hidden_size`` H; ``outputs`` scores. ``dropout`` is
    the share that is zeroed of what the LSTM reads and of what the head reads, in training only.
    """

    def __init__(
        self,
        num_characters: int,
        embedding_dim: int = 8,
        hidden_size: int = 16,
        outputs: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        rows = num_characters + 1  # row 0 is the padding
        self.embedding = nn.Embedding(rows, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, outputs)

    def forward(self, numbers: Tensor, lengths: Tensor, each_step: bool = False) -> Tensor:
        """Return the scores (B, outputs) of the lines, or (B, T, outputs) of every step.

        ``numbers`` (B, T) are whole numbers, 0 behind the end of a line; ``lengths`` (B,) are at
        least 1 and at most T. Scores of steps behind the end of a line say nothing: mask them.
        """
        x = self.dropout(self.embedding(numbers))  # (B, T, E)
        output, h_n = run_packed(self.lstm, x, lengths)
        states = output if each_step else h_n[-1]  # (B, T, H) or (B, H)
        return self.head(self.dropout(states))


class OneStep(nn.Module):
    """Read one character of each of B lines; the states come in and go out as arguments.

    Lesson 17 derives it, to read a line as it is typed. It has no axis of time.
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, numbers: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the scores (B,) after this character, and the new h and c (1, B, H).

        ``numbers`` (B,) are whole numbers; h and c are (1, B, H), zeros where a line begins.
        """
        x = self.reader.embedding(numbers)[:, None]  # (B, 1, 8): one step
        output, (h, c) = self.reader.lstm(x, (h, c))
        return self.reader.head(output)[:, 0, 0], h, c
