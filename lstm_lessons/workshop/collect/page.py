"""Results as a page for the teacher: what to explain again, exercise by exercise, and who.

One file without a script, for a light and a dark screen. All that comes from learners is escaped,
and the page forbids itself to load or run anything.
"""

import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from lstm_lessons.workshop.collect.run import Earned
from lstm_lessons.workshop.collect.table import SlipOf, slips, title

OUTCOMES = {
    "correct": ("✓", "correct"),
    "incorrect": ("✗", "not right yet"),
    "error": ("!", "stops with an error"),
    "not attempted": ("○", "not attempted"),
}
_STYLE = Path(__file__).with_name("page.css")


def page(earned: Sequence[Earned], heading: str, how: str, names: bool = True) -> str:
    """Return the page; ``heading`` and ``how`` say what was judged, when, and in which way.

    Without ``names`` it can be shown to the class.
    """
    found = slips(earned)
    parts = [
        _summary(earned, heading),
        _to_explain(earned, found, names),
        _exercises(earned),
        *([_people(earned), _not_judged(earned)] if names else []),
        f"<h2>How this was judged</h2>\n<p>{_words(how)}</p>",
    ]
    body = "\n".join(filter(None, parts))
    text = _PAGE.format(
        style=_STYLE.read_text(encoding="utf-8"), heading=escape(heading), body=body
    )
    return text.encode("utf-8", "backslashreplace").decode()


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{heading}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _summary(earned: Sequence[Earned], heading: str) -> str:
    verdicts = [each for one in earned for each in one.verdicts]
    often = Counter(each["outcome"] for each in verdicts)
    exercises = len({each["exercise"] for each in verdicts})
    told = ", ".join(f"{words} {often[key]}" for key, (_, words) in OUTCOMES.items())
    return (
        f"<h1>{escape(heading)}</h1>\n"
        f"<p>{_counted(len(earned), 'person', 'people')}, "
        f"{_counted(exercises, 'exercise', 'exercises')}, "
        f"{_counted(len(verdicts), 'answer', 'answers')}: {told}.</p>"
    )


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _to_explain(earned: Sequence[Earned], found: Sequence[SlipOf], names: bool) -> str:
    """Return the slips, those that most people made first."""
    head = "<h2>What to explain again</h2>"
    if not found:
        return f"{head}\n<p>Nobody has made a mistake.</p>"
    handed_in = Counter(
        verdict["exercise"]
        for one in earned
        for verdict in one.verdicts
        if verdict["outcome"] != "not attempted"
    )
    often = [each for each in found if len(each.people) > 1]
    alone = [each for each in found if len(each.people) == 1]

    def listed(some: Sequence[SlipOf]) -> str:
        rows = "\n".join(_slip(each, handed_in[each.exercise], names) for each in some)
        return f'<ol class="slips">\n{rows}\n</ol>'

    told = [
        f"{head}\n{_hardest(found, handed_in)}<p>Each mistake with how many of those who tried the "
        "exercise made it; open one to read what they were told.</p>"
    ]
    if often:
        told.append(listed(often))
    if alone and often:
        words = f"Made by one person alone: {_counted(len(alone), 'mistake', 'mistakes')}"
        told.append(f"<details><summary>{words}</summary>\n{listed(alone)}\n</details>")
    elif alone:
        told.append(listed(alone))
    return "\n".join(told)


_HARD = 0.5
"""The share of those who tried an exercise from which on it is named as hard."""


def _hardest(found: Sequence[SlipOf], tried: Counter[str]) -> str:
    """Name the exercises that at least half of those who tried them have not solved."""
    wrong: Counter[str] = Counter()
    for each in found:
        wrong[each.exercise] += len(each.people)
    hard = [(number, count) for number, count in wrong.most_common() if count > 1]
    hard = [each for each in hard if each[1] >= _HARD * tried[each[0]]]
    if not hard:
        return ""
    told = "; ".join(
        f"<strong>{number} {escape(title(number))}</strong> ({count} of {tried[number]})"
        for number, count in sorted(hard, key=lambda each: -each[1] / tried[each[0]])
    )
    return f"<p>Not solved by half or more of those who tried: {told}.</p>\n"


def _slip(slip: SlipOf, tried: int, names: bool) -> str:
    count = len(slip.people)
    share = round(100 * count / max(tried, 1))
    called = escape(slip.name) if slip.name else "a mistake without a name"
    who = f'<p class="who">{escape(", ".join(slip.people))}</p>' if names else ""
    first = "" if slip.name else "<p>One of them was told:</p>"
    return (
        f'<li><details><summary><span class="count">{count} of {tried}</span> '
        f'<span class="bar" aria-hidden="true"><span style="width:{share}%"></span></span> '
        f"<strong>{called}</strong> "
        f'<span class="of">{slip.exercise} {escape(title(slip.exercise))}</span></summary>'
        f"{first}{_paragraphs(slip.message)}{who}</details></li>"
    )


def _exercises(earned: Sequence[Earned]) -> str:
    """Return a table with a row for each exercise: how many got how far."""
    often: dict[str, Counter[str]] = {}
    for one in earned:
        for verdict in one.verdicts:
            often.setdefault(verdict["exercise"], Counter())[verdict["outcome"]] += 1
    if not often:
        return ""
    head = "".join(
        f'<th scope="col"><span aria-hidden="true">{sign}</span> {words}</th>'
        for sign, words in OUTCOMES.values()
    )
    rows = "\n".join(
        f'<tr><th scope="row">{number} {escape(title(number))}</th>'
        + "".join(f"<td>{often[number][key] or '–'}</td>" for key in OUTCOMES)
        + "</tr>"
        for number in sorted(often)
    )
    table = (
        f'<table class="numbers">\n<thead><tr><th scope="col">exercise</th>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table>"
    )
    return f"<h2>Exercise by exercise</h2>\n{_scrolling(table, 'Exercise by exercise')}"


def _people(earned: Sequence[Earned]) -> str:
    """Return a table with a row for each person and a column for each exercise."""
    numbers = sorted({each["exercise"] for one in earned for each in one.verdicts})
    if not numbers:
        return ""
    head = "".join(f'<th scope="col">{each}</th>' for each in numbers)
    rows = []
    for one in earned:
        by = {each["exercise"]: each["outcome"] for each in one.verdicts}
        cells = "".join(_mark(by.get(number)) for number in numbers)
        right = sum(outcome == "correct" for outcome in by.values())
        rows.append(
            f'<tr><th scope="row">{escape(one.learner.name)}</th><td>{right}</td>{cells}</tr>'
        )
    key = ", ".join(f"{sign} {words}" for sign, words in OUTCOMES.values())
    body = "\n".join(rows)
    table = (
        f'<table class="who">\n<thead><tr><th scope="col">name</th><th scope="col">correct</th>'
        f"{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    )
    return (
        f"<h2>Who</h2>\n<p>{key}; an empty place: not handed in.</p>\n"
        f"{_scrolling(table, 'Who has solved what')}"
    )


def _mark(outcome: str | None) -> str:
    if outcome is None:
        return "<td></td>"
    sign, words = OUTCOMES[outcome]
    kind = outcome.replace(" ", "-")
    return (
        f'<td class="{kind}"><span aria-hidden="true">{sign}</span>'
        f'<span class="heard">{words}</span></td>'
    )


def _scrolling(table: str, name: str) -> str:
    return f'<div class="wide" role="region" aria-label="{name}" tabindex="0">\n{table}\n</div>'


def _not_judged(earned: Sequence[Earned]) -> str:
    lines = [
        f"<li><strong>{escape(one.learner.name)}</strong>: {escape(line)}</li>"
        for one in earned
        for line in one.lines
    ]
    if not lines:
        return ""
    return "<h2>What could not be judged</h2>\n<ul>\n" + "\n".join(lines) + "\n</ul>"


def _paragraphs(message: str) -> str:
    return "".join(f"<p>{_words(each)}</p>" for each in message.split("\n\n"))


def _words(text: str) -> str:
    """Escape a paragraph; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)).replace("\n", "<br>")
