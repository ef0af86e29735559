"""The module that the lessons build up, whole at the end of lesson 09: embedding, LSTM, head."""

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


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
        self.embedding = nn.Embedding(num_characters + 1, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, outputs)

    def forward(self, numbers: Tensor, lengths: Tensor, each_step: bool = False) -> Tensor:
        """Return the scores (B, outputs) of the lines, or (B, T, outputs) of every step.

        ``numbers`` (B, T) are whole numbers, 0 behind the end of a line; ``lengths`` (B,) are at
        least 1 and at most T. Scores of steps behind the end of a line say nothing: mask them.
        """
        x = self.dropout(self.embedding(numbers))  # (B, T, E)
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        output, (h_n, _) = self.lstm(packed)  # h_n: (1, B, H)
        if not each_step:
            return self.head(self.dropout(h_n[-1]))  # (B, outputs)
        output, _ = pad_packed_sequence(output, batch_first=True, total_length=numbers.shape[1])
        return self.head(self.dropout(output))  # (B, T, outputs)


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
