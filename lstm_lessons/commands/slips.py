"""``slips``: what each wrong answer that an exercise knows is told, for whoever writes its rows."""

import argparse

from lstm_lessons.environment.failure import Failure


def main(arguments: list[str]) -> int:
    """Print every slip of an exercise, or every pair, with its message; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons slips",
        description="Hand in each wrong answer that an exercise knows, and print what it is told.",
    )
    parser.add_argument("number", metavar="NN.N", help="the exercise's number, such as 07.2")
    parser.add_argument("--pairs", action="store_true", help="every two slips, in place of each")
    asked = parser.parse_args(arguments)
    from lstm_lessons.exercises import exercise
    from lstm_lessons.exercises.engine.function_exercise import FunctionExercise

    try:
        found = exercise(asked.number)
    except ValueError as error:
        raise Failure(f"{error}.", "Give the number of one of them.") from None
    if not isinstance(found, FunctionExercise):
        raise Failure(
            f"Exercise {asked.number} asks for no function: it has rows, and no slips.",
            "Its rows stand in its file, each with the sentence that it earns.",
        )
    for wrong in found.known.levels[1 if asked.pairs else 0]:
        result = found.check(wrong.function)
        print("##", " + ".join(slip.name for slip in wrong.slips))
        print(f"   told: {result.misconception} ({result.outcome})\n\n{result.message}\n")
    return 0
