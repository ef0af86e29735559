"""What is said of a move: the words of a picture are long, and most of them stay as they were."""

import re

MOST = 200
"""How many characters are heard at once; one who wants to know more reads all words."""

_END = re.compile(r"(?<=[.!?])\s+")


def news(before: str, after: str) -> str:
    """Return the first sentence of ``after`` that is not in ``before``; else the first of all.

    Both are alternative texts. A sentence that is too long ends after one of its numbers.
    """
    known = set(_END.split(before))
    sentences = _END.split(after)
    return _cut(next((each for each in sentences if each not in known), sentences[0]))


def _cut(sentence: str) -> str:
    if len(sentence) <= MOST:
        return sentence
    end = max(sentence.rfind(sign, 0, MOST) for sign in (", ", "; "))
    return sentence[: end if end > 0 else MOST] + " …"
