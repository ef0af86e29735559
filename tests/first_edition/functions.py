"""Exercises whose answer is a function: run it, compare it, and say what differs and where."""

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import CoroutineType
from typing import Any

import torch
from torch import Tensor, nn

from first_edition.base import MATCH, Exercise, Misformed, Wrong, a_kind_of, listed
from first_edition.forms import Form, Number
from first_edition.gradients import describe_cut, gradients_of, same_gradients
from first_edition.result import Result
from first_edition.running import Raised, Runner, call_directly, describe


@dataclass(frozen=True)
class Case:
    """One call of the learner's function: inputs by position, then keywords.

    ``label`` tells the learner which call it is: its sizes, or the call itself. ``special`` says
    what there is about it, and is shown where it is the first call that goes wrong.
    """

    inputs: Mapping[str, Any]
    label: str
    keywords: Mapping[str, Any] = field(default_factory=dict)
    special: str = ""

    def copies(self, gradients: bool = False) -> dict[str, Any]:
        """Return the inputs, tensors and layers as fresh copies.

        With ``gradients``, tensors ask for them, but for those of whole numbers.
        """
        return {
            name: value.clone().requires_grad_(gradients and value.is_floating_point())
            if isinstance(value, Tensor)
            else copy.deepcopy(value)
            if isinstance(value, nn.Module)
            else value
            for name, value in self.inputs.items()
        }


@dataclass(frozen=True)
class Probe:
    """A simpler call. If an answer is right there, the mistake sits in what was simplified.

    ``when`` completes "Your result is right when ...".
    """

    when: str
    change: Callable[[dict[str, Any]], dict[str, Any]]


Results = dict[str, Tensor]
"""The results of one call, by name."""


@dataclass
class Attempt:
    """What came of one call: results, or the problem why there are none."""

    results: dict[str, Tensor] = field(default_factory=dict)
    problem: BaseException | None = None
    changed: tuple[str, ...] = ()
    remark: str = ""


@dataclass(eq=False, repr=False, kw_only=True)
class FunctionExercise(Exercise):
    """An exercise that asks for a function.

    ``function`` is the function's name, ``make_cases`` gives the calls to try (the first one is
    what messages speak of), ``reference`` is a right answer, ``form`` is what it returns.
    ``words`` says, for each set of results that are wrong together, where to look; of several
    wrong ones the first of ``made_in_order`` is shown. ``probes`` narrow down a mistake that
    nobody has named. With ``gradients``, those of every result with regard to every input, and to
    every parameter of a layer, must be right as well, except for the inputs called ``constants``,
    which are drawn and not learned. ``without`` are names of what is to be done by hand.
    ``look`` takes the inputs, the results and the right ones of the first call that goes wrong in
    a way that nobody has named, and says in words what the numbers tell, or nothing.
    ``advice`` says what is meant by a name that there is not, ``drawn``, where it is likely that
    someone draws at random, what to do instead. With ``errors_in_words``, an error of a later call
    belongs to a known mistake only if it says the same, as in the first call.
    """

    function: str
    make_cases: Callable[[], tuple[Case, ...]]
    reference: Callable
    form: Form
    words: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    made_in_order: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()
    gradients: bool = False
    constants: tuple[str, ...] = ()
    drawn: str = ""
    advice: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    errors_in_words: bool = False
    look: Callable[[Mapping[str, Any], Results, Results], str] = lambda inputs, ours, wanted: ""

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The calls to try, the same ones each time."""
        return self.make_cases()

    @cached_property
    def wanted(self) -> list[dict[str, Tensor]]:
        """The right results, case by case."""
        return [each.results for each in self.attempts(self.reference, call_directly)]

    @cached_property
    def _known(self) -> list[tuple[Wrong, list[Attempt]]]:
        """What each misconception does."""
        return [(wrong, self.attempts(wrong.answer, call_directly)) for wrong in self.wrongs]

    @property
    def _layers(self) -> list[str]:
        """The names of those inputs that are layers."""
        inputs = self.cases[0].inputs
        return [name for name, value in inputs.items() if isinstance(value, nn.Module)]

    def attempts(self, function: Callable, call: Callable) -> list[Attempt]:
        """Call the function on each case until one gives no results; ``call`` is how."""
        attempts: list[Attempt] = []
        for case in self.cases:
            attempts.append(self._attempt(function, case, call))
            if attempts[-1].problem is not None:
                break
        return attempts

    def _judge(self, answer: Any, runner: Runner) -> Result:
        if answer is ... or answer is None or _is_empty(answer):
            return self._not_attempted(f"`{self.function}` is still empty")
        self._refuse_what_is_no_function(answer)
        self._refuse_other_arguments(answer, runner)
        self._refuse_what_is_to_be_done_by_hand(answer)
        attempts = self.attempts(answer, runner.call)
        if any(_is_placeholder(each) for each in attempts):
            return self._not_attempted(f"`{self.function}` has no body yet")
        if self._right(attempts):
            return self._judge_the_rest(answer, attempts, runner)
        wrong = self._named(attempts)
        if isinstance(attempts[-1].problem, BaseException) and self._right(attempts[:-1]):
            return self._judge_problem(attempts, wrong)
        if wrong is not None:
            return self._incorrect(wrong.message, wrong.name)
        if changed := _changed_first(attempts):
            return self._changed(changed, "Your function")
        drawn = self.drawn or (_NEW_LAYER if self._layers else "")
        if drawn and self._draws(answer, attempts, runner):
            return self._incorrect(f"{_DRAWN} {drawn}", "drawn at random")
        if _is_rounded(attempts, self.wanted):
            return self._incorrect(_ROUNDED, "rounded to float32")
        if isinstance(self.form, Number) and _is_constant(attempts):
            return self._incorrect(self._describe_constant(attempts), "always the same")
        return self._incorrect(self._describe(answer, attempts, runner))

    def _judge_the_rest(self, answer: Callable, attempts: list[Attempt], runner: Runner) -> Result:
        """Judge an answer whose numbers are right: what it does to inputs and gradients."""
        if changed := _changed_first(attempts):
            return self._changed(changed, "The numbers are right, but your function")
        right = self._judge_gradients(answer, runner) if self.gradients else self._correct()
        if right.outcome == "correct" and attempts[0].remark:
            right = self._result("correct", f"{right.message}\n\n{attempts[0].remark}")
        return right

    def _changed(self, changed: tuple[str, ...], who: str) -> Result:
        """Say that what belongs to the caller is not as it was."""
        layers = [each for each in changed if each in self._layers]
        if layers:
            return self._incorrect(
                f"{who} changes {listed(layers)}, which belongs to the caller: whoever uses that "
                "layer next finds it other than it was. Leave it as it is.",
                "changes the layer",
            )
        return self._incorrect(
            f"{who} changes {listed(changed)}, which the caller owns and may need "
            "again. Make a new tensor: an operation whose name ends in `_`, such as `mul_` or "
            "`transpose_`, writes into the old one, and so do `*=`, `+=` and `x[...] = ...`. "
            "(`y = x` makes no new tensor; `x.clone()` does.)",
            "changes its inputs",
        )

    def _judge_problem(self, attempts: list[Attempt], wrong: Wrong | None) -> Result:
        problem, case = attempts[-1].problem, self.cases[len(attempts) - 1]
        earlier = f"Before, {self.cases[0].label} was right." if len(attempts) > 1 else ""
        if isinstance(problem, Misformed):
            found = wrong or problem
            where = f"\n\nThat was with {case.label}. {earlier} {case.special}" if earlier else ""
            return self._incorrect(found.message + where.rstrip(), found.name)
        how = "as" if case.label.startswith(self.function) else "with"
        said = f"{describe(problem)}\n\nIt was called {how} {case.label}. {earlier}".strip()
        if wrong is not None:
            return self._result("error", f"{wrong.message}\n\n{said}", wrong.name)
        unknown = problem.name if isinstance(problem, NameError | AttributeError) else None
        extra = filter(None, (self.advice.get(unknown, ""), case.special))
        special = "".join(f"\n\n{each}" for each in extra)
        return self._result("error", f"Your function stopped with an error.\n\n{said}{special}")

    def _judge_gradients(self, answer: Callable, runner: Runner) -> Result:
        ours, wanted = (
            self._gradients(function, call)
            for function, call in ((answer, runner.call), (self.reference, call_directly))
        )
        if type(ours) is Raised:
            return self._result(
                "error",
                "The numbers are right, but gradients cannot be taken through your function.\n\n"
                + describe(ours.error),
            )
        if same_gradients(ours, wanted):
            return self._correct()
        for wrong, known in self._known:
            if self._right(known):
                theirs = self._gradients(wrong.answer, call_directly)
                if same_gradients(ours, theirs):
                    return self._incorrect(wrong.message, wrong.name)
        return self._incorrect(*describe_cut(ours, wanted))

    def _attempt(self, function: Callable, case: Case, call: Callable) -> Attempt:
        inputs = case.copies()
        returned = call(function, *inputs.values(), **case.keywords)
        read = returned if type(returned) is Raised else call(self.form.read, returned)
        if type(returned) is CoroutineType:
            returned.close()  # or Python would warn that nobody awaited it
        if type(read) is Raised:
            return Attempt(problem=read.error)
        changed = (name for name, value in inputs.items() if _differs(value, case.inputs[name]))
        return Attempt(read, changed=tuple(changed), remark=self.form.remark(returned))

    def _gradients(self, function: Callable, call: Callable) -> dict | Raised:
        """Return the gradient of each result by each tensor given; None where there is none."""
        inputs = self.cases[0].copies(gradients=True)
        inputs |= {name: inputs[name].detach() for name in self.constants}
        returned = call(function, *inputs.values())
        if type(returned) is Raised:
            return returned
        leaves: dict[str, Tensor] = {}
        for name, each in inputs.items():
            if isinstance(each, nn.Module):
                leaves |= {f"{name}.{key}": weight for key, weight in each.named_parameters()}
            elif isinstance(each, Tensor) and each.requires_grad:
                leaves[name] = each
        return call(lambda: gradients_of(self.form.read(returned), leaves))

    def _draws(self, answer: Callable, attempts: list[Attempt], runner: Runner) -> bool:
        """Say whether another call with the same inputs gives other numbers."""
        again = self._attempt(answer, self.cases[0], runner.call)
        return not self._alike(attempts[:1], [again])

    def _named(self, attempts: list[Attempt]) -> Wrong | None:
        """Return the misconception that does in every case what these attempts did, if any.

        One that leaves its inputs alone is not named where results come of changed inputs: then
        the change is the mistake.
        """
        changed = set() if attempts[-1].problem else set(attempts[0].changed)
        return next(
            (
                wrong
                for wrong, known in self._known
                if self._alike(attempts, known) and changed <= set(known[0].changed)
            ),
            None,
        )

    def _right(self, attempts: list[Attempt]) -> bool:
        return all(
            each.problem is None and not self._wrong_names(each, wanted)
            for each, wanted in zip(attempts, self.wanted, strict=False)
        )

    def _wrong_names(self, attempt: Attempt, wanted: dict[str, Tensor]) -> tuple[str, ...]:
        form = self.form
        return tuple(
            name
            for name in form.names
            if not form.distance(attempt.results[name], wanted[name]) <= form.tolerance
        )

    def _alike(self, ours: list[Attempt], theirs: list[Attempt]) -> bool:
        """Say whether two answers do the same in every case: equal numbers, or equal problems.

        Where earlier cases have told already, a problem of the same type is equal enough: the
        same mistake can be written in ways that end in other words.
        """
        if len(ours) != len(theirs):
            return False
        return all(
            _same_problem(a.problem, b.problem, in_words=number == 0 or self.errors_in_words)
            if a.problem or b.problem
            else all(self.form.distance(a.results[n], b.results[n]) < MATCH for n in a.results)
            for number, (a, b) in enumerate(zip(ours, theirs, strict=True))
        )

    def _describe(self, answer: Callable, attempts: list[Attempt], runner: Runner) -> str:
        """Say where an answer that matches no known mistake differs first."""
        number = next(
            index
            for index, (each, wanted) in enumerate(zip(attempts, self.wanted, strict=False))
            if self._wrong_names(each, wanted)
        )
        case, wanted, results = self.cases[number], self.wanted[number], attempts[number].results
        names = self._wrong_names(attempts[number], wanted)
        name = next((each for each in self.made_in_order if each in names), names[0])
        said = self._first_difference(name, results[name], wanted[name], case)
        same_shape = results[name].shape == wanted[name].shape
        told = self.look(case.inputs, results, wanted)
        parts = [told or (self.words.get(names, "") if same_shape else ""), said]
        if number > 0:
            parts.append(
                f"Yet with {self.cases[0].label} all is right. "
                + (case.special or "Is there a number in your code that should be an argument?")
            )
        elif same_shape:
            parts.append(self._probe(answer, runner))
        return "\n\n".join(filter(None, parts))

    def _describe_constant(self, attempts: list[Attempt]) -> str:
        (name,) = self.form.names
        value = float(attempts[0].results[name])
        zero = " (A product that starts with 0 stays 0: does yours?)" if value == 0 else ""
        return (
            f"Your function returns {value:.4g} whatever it is given. "
            f"What it returns has to be computed from {listed(tuple(self.cases[0].inputs))}.{zero}"
        )

    def _first_difference(self, name: str, ours: Tensor, wanted: Tensor, case: Case) -> str:
        if ours.shape != wanted.shape:
            return (
                f"The shape of {name} should be {tuple(wanted.shape)} with {case.label}; "
                f"yours is {tuple(ours.shape)}."
            )
        ours, wanted = ours.detach(), wanted.detach()  # a number of a graph is read with a warning
        gaps = self.form.gaps(ours, wanted)
        index = tuple((gaps > self.form.tolerance).nonzero()[0].tolist())
        right, yours = f"{float(wanted[index]):.4g}", f"{float(ours[index]):.4g}"
        if right == yours:
            right, yours = f"{float(wanted[index]):.12g}", f"{float(ours[index]):.12g}"
        if isinstance(self.form, Number):
            return f"{case.label} should give {right}; yours gives {yours}."
        axes = self.form.axes_of(name)
        words = axes[-len(index) :] if len(index) <= len(axes) else ["index"] * len(index)
        place = ", ".join(f"{word} {at}" for word, at in zip(words, index, strict=True))
        return (
            f"{name} differs first at {place}: it should be {right}, yours is {yours} "
            f"(with {case.label})."
        )

    def _probe(self, answer: Callable, runner: Runner) -> str:
        """Try simpler calls; say in which of them the mistake disappears."""
        case = self.cases[0]
        gone = []
        for probe in self.probes:
            simpler = Case(probe.change(case.copies()), case.label)
            ours = self._attempt(answer, simpler, runner.call)
            wanted = self._attempt(self.reference, simpler, call_directly).results
            if ours.problem is None and not self._wrong_names(ours, wanted):
                gone.append(probe.when)
        if not gone:
            return ""
        if len(gone) == 1:
            return f"Your result is right when {gone[0]}. So look at what that leaves out."
        return (
            f"Your result is right in each of these cases: {'; '.join(gone)}. So look at what they "
            "leave out."
        )

    def _refuse_what_is_no_function(self, answer: Any) -> None:
        how = f'`exercise("{self.number}").check({self.function})`'
        if isinstance(answer, type):
            raise Misformed(
                f"You handed in {a_kind_of(answer)}; a function was expected. Hand it in like "
                f"this: {how}.",
                "a class, no function",
            )
        if isinstance(answer, str):
            raise Misformed(
                f"You handed in a string. Leave out the quotation marks: {how}.", "a string"
            )
        if not callable(answer):
            raise Misformed(
                "You handed in what a function returned, not the function: "
                f"{a_kind_of(answer)}. Hand in its name, without parentheses behind it: {how}.",
                "a value, no function",
            )

    def _refuse_other_arguments(self, answer: Callable, runner: Runner) -> None:
        signature = runner.call(inspect.signature, answer)
        if not isinstance(signature, inspect.Signature):
            return  # some functions written in C do not say what they take
        for case in self.cases:
            try:
                signature.bind(*case.inputs, **case.keywords)
            except TypeError:
                wanted = [
                    *case.inputs,
                    *(f"{name}={value}" for name, value in case.keywords.items()),
                ]
                raise Misformed(
                    f"The check calls `{self.function}({', '.join(wanted)})`. Your function takes "
                    f"other arguments: `({', '.join(signature.parameters)})`.",
                    "other arguments",
                ) from None

    def _refuse_what_is_to_be_done_by_hand(self, answer: Callable) -> None:
        used = _names_in(getattr(answer, "__code__", None))
        for name in self.without:
            if name in used:
                raise Misformed(
                    f"Your function calls `{name}`. Here you are to do what it does by hand.",
                    "not by hand",
                )


def _names_in(code: Any) -> set[str]:
    """Return the names that a function's code, and the functions in it, look up."""
    if not inspect.iscode(code):
        return set()
    return set(code.co_names).union(*map(_names_in, code.co_consts))


_DRAWN = (
    "Two calls with the same inputs give other numbers: something in your function is drawn at "
    "random, or kept from the call before."
)

_NEW_LAYER = "Is it a new `nn.LSTM`, with weights of its own? The layer that is given should read."

_ROUNDED = (
    "Right to about seven digits and no further: your results are rounded to float32, while the "
    "inputs are float64. Look for `.float()`, or for a new tensor made with `dtype=torch.float32`."
)


def _changed_first(attempts: list[Attempt]) -> tuple[str, ...]:
    """Return the inputs that the first call which changes any has changed."""
    return next((each.changed for each in attempts if each.changed), ())


def _is_rounded(attempts: list[Attempt], wanted: list[dict[str, Tensor]]) -> bool:
    """Say whether all results hold float32 numbers that are right as far as float32 goes."""
    pairs = [
        (each.results[name], right[name])
        for each, right in zip(attempts, wanted, strict=False)
        for name in each.results
    ]
    return all(
        ours.shape == right.shape
        and bool((ours.double() == ours.float().double()).all())
        and bool(((ours - right).abs() < 1e-5).all())
        for ours, right in pairs
    )


def _is_constant(attempts: list[Attempt]) -> bool:
    """Say whether every call gave one and the same number."""
    if any(each.problem is not None for each in attempts):
        return False
    found = [float(value) for each in attempts for value in each.results.values()]
    return len(found) > 1 and len(set(found)) == 1


def _same_problem(a: BaseException | None, b: BaseException | None, in_words: bool) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, Misformed):
        return a.message == b.message
    return not in_words or describe(a).split("\n")[0] == describe(b).split("\n")[0]


def _differs(now: Any, before: Any) -> bool:
    if isinstance(before, nn.Module):  # its text names every option that is not the default
        weights, old = now.state_dict(), before.state_dict()
        modes = [[each.training for each in module.modules()] for module in (now, before)]
        same = repr(now) == repr(before) and modes[0] == modes[1]
        return not same or any(_differs(weights[key], old[key]) for key in old)
    return isinstance(before, Tensor) and not (
        now.shape == before.shape and torch.equal(now.detach(), before)
    )


def _is_placeholder(attempt: Attempt) -> bool:
    problem = attempt.problem
    return isinstance(problem, NotImplementedError) and not problem.args


def _is_empty(answer: Any) -> bool:
    """Say whether a function has no body but ``...``, ``pass`` or a docstring."""

    def bare() -> None: ...

    def documented() -> None:
        """Do nothing."""

    code = getattr(answer, "__code__", None)
    if not inspect.iscode(code) or not set(code.co_consts) <= {None, answer.__doc__}:
        return False
    return code.co_code in {bare.__code__.co_code, documented.__code__.co_code}
