"""Exercises whose answer is a dict of short things: shapes, letters, numbers."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lstm_lessons.exercises.engine.base import Exercise
from lstm_lessons.exercises.engine.question import Question, Story
from lstm_lessons.exercises.engine.raised import Raised, describe
from lstm_lessons.exercises.engine.result import Result
from lstm_lessons.exercises.engine.running import Clock
from lstm_lessons.exercises.engine.words import Misformed, a_kind_of, listed, paragraphs


@dataclass(frozen=True)
class _Judged:
    """What came of reading the entries: values, and problems in words; keys in order."""

    values: dict[str, Any]
    problems: dict[str, Misformed]


_MOST = 3
"""Paragraphs up to which an entry without a known mistake is told where to look; then it is named.

A mistake that is known is told always: its sentence is the one that helps.
"""


@dataclass(eq=False, repr=False, kw_only=True)
class DictExercise(Exercise):
    """An exercise that asks for a dict with the keys of ``questions``.

    Each wrong entry earns its own sentence, with its key in front where several are wrong;
    ``stories`` are told where several entries are wrong together, and the one that explains most
    comes first. An entry that comes ``after`` another is judged when that one is right. With
    ``in_order``, an entry means something only if those before it are right: entries behind the
    first wrong or missing one are not judged.
    """

    questions: tuple[Question, ...]
    stories: tuple[Story, ...] = ()
    in_order: bool = False

    @cached_property
    def right(self) -> dict[str, Any]:
        """The right values, read from the solution, which is plain Python and stands alone."""
        solved = self.text.made_alone()
        return {each.key: each.read(solved[each.key]) for each in self.questions}

    def _judge(self, answer: Any, clock: Clock) -> Result:
        if answer is ... or answer is None:
            return self._not_attempted("`answer` is still empty")
        if not isinstance(answer, Mapping):
            raise Misformed(
                f"Your answer is {a_kind_of(answer)}. Expected: a dict, such as "
                f'`{{"{self.questions[0].key}": ...}}`.',
                "not a dict",
            )
        found = clock.call(self._read, answer)
        if type(found) is Raised:
            if isinstance(found.error, Misformed):
                raise found.error
            return self._result("error", "Your dict cannot be read.\n\n" + describe(found.error))
        if not found.values and not found.problems:
            return self._not_attempted("every entry is still `...`")
        return self._judge_entries(found)

    def _read(self, answer: Mapping) -> _Judged:
        """Return the entries that are filled in, in plain Python."""
        given = dict(answer)
        keys = [each.key for each in self.questions]
        for key in given:
            if key not in keys:
                name = key if isinstance(key, str) else repr(key)
                raise Misformed(f"`{name[:40]}` is not asked for.{self._meant(key)}", "another key")
        values: dict[str, Any] = {}
        problems: dict[str, Misformed] = {}
        for each in self.questions:
            value = given.get(each.key, ...)
            if value is ... or value is None:
                continue
            try:
                values[each.key] = each.read(value)
            except Misformed as problem:
                problems[each.key] = problem
        return _Judged(values, problems)

    def _meant(self, key: Any) -> str:
        """Return a question that names the key that was probably meant; may be empty."""
        given = str(key)[:40]
        known = [each.key for each in self.questions if given in each.also]
        close = known or difflib.get_close_matches(
            given, [each.key for each in self.questions], n=1
        )
        return f" Did you mean `{close[0]}`?" if close else ""

    def _judge_entries(self, found: _Judged) -> Result:
        judged = self._to_the_first_wrong(found) if self.in_order else self._in_turn(found)
        keys = [each.key for each in self.questions]
        missing = [key for key in keys if key not in found.values and key not in found.problems]
        wrong = [key for key in keys if key in judged.problems or self._is_wrong(key, judged)]
        right = [key for key in keys if key in judged.values and key not in wrong]
        so_far = f"Right so far: {_keys(right)}." if right else ""
        if not wrong:
            if not missing:
                return self._correct()
            return self._incomplete(paragraphs(so_far, f"Still to fill in: {_keys(missing)}."))
        name, said = self._told(wrong, judged)
        return self._incorrect(paragraphs(*said, so_far), name)

    def _to_the_first_wrong(self, found: _Judged) -> _Judged:
        """Return the entries that can be judged: up to the first that is missing or wrong."""
        values: dict[str, Any] = {}
        for each in self.questions:
            if each.key in found.problems:
                return _Judged(values, {each.key: found.problems[each.key]})
            if each.key not in found.values:
                break
            values[each.key] = found.values[each.key]
            if self._is_wrong(each.key, found):
                break
        return _Judged(values, {})

    def _in_turn(self, found: _Judged) -> _Judged:
        """Return the entries without those that come after one that is missing or wrong."""
        later = {
            each.key
            for each in self.questions
            if each.after and (each.after not in found.values or self._is_wrong(each.after, found))
        }
        return _Judged(
            {key: value for key, value in found.values.items() if key not in later},
            {key: value for key, value in found.problems.items() if key not in later},
        )

    def _is_wrong(self, key: str, judged: _Judged) -> bool:
        question = self._question(key)
        return key in judged.values and not question.accepts(judged.values[key], self.right[key])

    def _question(self, key: str) -> Question:
        return next(each for each in self.questions if each.key == key)

    def _told(self, wrong: list[str], judged: _Judged) -> tuple[str | None, list[str]]:
        """Return the names and the sentences that the wrong entries earn."""
        names: list[str] = []
        told: list[tuple[str, list[str]]] = []  # sentences, and the entries that earn them
        left = list(wrong)
        for each in self._stories(judged):
            if set(each.entries) <= set(left):
                left = [key for key in left if key not in each.entries]
                names.append(each.name)
                told.append((each.says, [key for key in wrong if key in each.entries]))
        about = {key: self._about(key, judged) for key in left}
        known = {sentence for name, sentence in about.values() if name}
        room = _MOST - len(told) - len(known)
        alike: dict[str, tuple[str, list[str]]] = {}
        for key, (name, sentence) in about.items():
            same = name if name and key in judged.problems else sentence
            if name or same in alike or room > 0:
                room -= not name and same not in alike
                alike.setdefault(same, (sentence, []))[1].append(key)
                names += [name] if name and name not in names else []
        told += alike.values()
        untold = [key for key in left if not any(key in keys for _, keys in alike.values())]
        alone = len(told) == 1 and not untold and not alike
        said = [told[0][0]] if alone else [_of_all(*each, len(wrong) > 1) for each in told]
        if untold:
            said.append(f"Look again at {_keys(untold)} too.")
        return " + ".join(names) or None, said

    def _stories(self, judged: _Judged) -> list[Story]:
        """Return the stories that are in the answer, those that explain most first."""
        asked = {each.key: each for each in self.questions}
        fitting = [
            each
            for each in self.stories
            if all(
                key in judged.values
                and asked[key].same(judged.values[key], asked[key].read(value), each.within)
                for key, value in each.entries.items()
            )
        ]
        return sorted(fitting, key=lambda each: -len(each.entries))

    def _about(self, key: str, judged: _Judged) -> tuple[str | None, str]:
        """Return the name and the sentence of one wrong entry."""
        question = self._question(key)
        if key in judged.problems:
            problem = judged.problems[key]
            return problem.name, problem.message
        if known := question.row_of(judged.values[key]):
            return known.name, known.says
        asked = [
            right
            for each, right in self.right.items()
            if each not in judged.values or self._is_wrong(each, judged)
        ]
        if seen := question.about(judged.values[key], self.right[key], asked):
            return seen[0], f"{{keys}} {{are}} not right yet. {seen[1]} {question.look}"
        return None, f"{{keys}} {{are}} not right yet. {question.look}"


def _of_all(sentence: str, keys: list[str], several: bool) -> str:
    """Return a sentence that is true of these entries: it names them all.

    Where ``several`` entries are wrong, they stand in front of a sentence that does not begin with
    one of them.
    """
    if "{keys}" in sentence:
        named = listed([f"`{key}`" for key in keys])
        return sentence.replace("{keys}", named).replace("{are}", "is" if len(keys) == 1 else "are")
    if not several:
        return sentence
    if any(re.match(rf"(In (your )?|The )?`?{re.escape(key)}`?(?!\w)", sentence) for key in keys):
        return f"{sentence} The same goes for {_keys(keys[1:])}." if len(keys) > 1 else sentence
    return f"{_keys(keys)}: {sentence}"


def _keys(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)
