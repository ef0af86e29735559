"""Print what each wrong answer of a lesson's first edition was told, and what it is told now.

Run as: python tests/first_edition/report.py 07.2 [--untold]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "exercises"))

from test_first_edition import OLD, wrong_answer

from lstm_lessons import exercise

number = sys.argv[1]
told = 0
for wrong in OLD[number].wrongs:
    result = exercise(number).check(wrong_answer(number, wrong))
    told += bool(result.misconception)
    if "--untold" in sys.argv and result.misconception:
        continue
    print(f"\n=== {wrong.name}\n  was: {wrong.message}")
    print(f"  now [{result.outcome}, {result.misconception}]: {result.message}")
print(f"\n{number}: {told} of {len(OLD[number].wrongs)} told")
