"""``new``: lay out the seven files of a lesson, each with what has to be filled in."""

import argparse
import re

from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure
from lstm_lessons.publishing.blank import Blank, CannotLayOut


def main(arguments: list[str]) -> int:
    """Write the files; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons new",
        description="Lay out a new lesson: seven texts, which can be built as they are. The tests"
        " want every TODO filled in.",
    )
    parser.add_argument(
        "name", metavar="NN_name", help="number and name, such as 10_backpropagation"
    )
    parser.add_argument("--explorer", help="its explorer's name (default: the lesson's)")
    parser.add_argument("--exercise", help="its first function's name (default: the lesson's)")
    asked = parser.parse_args(arguments)
    plain = re.sub(r"^\d+_", "", asked.name)
    clone = Clone.here()
    try:
        blank = Blank(asked.name, asked.explorer or plain, asked.exercise or f"{plain}_by_hand")
        texts = blank.texts(clone.root)
    except CannotLayOut as error:
        raise Failure(f"{error}.", "Nothing was written: give another name.") from None
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.name == f"lesson_{blank.number}":
            package = path.parent / "__init__.py"
            package.write_text(f'"""Exercises of lesson {blank.number}, a file each."""\n', "utf-8")
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(clone.root).as_posix())
    print(
        "Fill in what says TODO. Then build it, with lesson 00, whose map shows it, and test it:\n"
        f"python3 -m lstm_lessons build 00 {blank.number}\n"
        "python3 -m lstm_lessons test -- tests/exercises tests/test_explorers.py "
        "tests/test_notebooks_lint.py tests/test_notebooks_proof.py tests/test_style.py notebooks "
        f'-k "{blank.number}. or lesson_{blank.number} or {blank.explorer} or {blank.name} '
        'or agree or style"'
    )
    return 0
