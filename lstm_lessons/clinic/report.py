"""What the probes found: facts and suspicions, in words, for a terminal and for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from textwrap import wrap

HOLDS, FAULT, SUSPICION, PROPERTY, NOT_TRIED = (
    "holds",
    "FAULT",
    "suspicion",
    "property",
    "not tried",
)
"""What a probe can say: it saw nothing wrong; a fact that hardly anybody wants; a fact that may be
a mistake; a fact that is by design; or nothing, for a reason that is named."""

_SIGNS = {HOLDS: "✓", FAULT: "✗", SUSPICION: "?", PROPERTY: "·", NOT_TRIED: "–"}
_WIDTH, _PROBE, _STATUS = 98, 22, 11


@dataclass(frozen=True)
class Finding:
    """What one probe found.

    ``status`` is one of "holds", "FAULT", "suspicion", "property", "not tried". ``fact`` is what
    was measured, or why nothing was; ``perhaps`` is a guess at the cause, "" where there is none;
    ``left_out`` is the part of the probe that was not tried, "" where all was.
    """

    probe: str
    status: str
    fact: str
    perhaps: str = ""
    left_out: str = ""

    def __repr__(self) -> str:
        """Return the finding in a line or more."""
        return "\n".join(_lines(self))


@dataclass(frozen=True)
class Report:
    """What `diagnose` saw; true in a condition when no probe found a fault.

    ``subject`` says which model was called on what, ``axes`` which axis was taken for the batch
    and which for time, and how that is known; ``guessed`` says that it is a guess.
    ``report["causality"]`` is one finding.
    """

    subject: str
    axes: str
    findings: tuple[Finding, ...]
    guessed: bool = False

    def _with(self, status: str) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.status == status)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that are faults."""
        return self._with(FAULT)

    @property
    def suspicions(self) -> tuple[Finding, ...]:
        """The findings that may be mistakes, and may be meant so."""
        return self._with(SUSPICION)

    @property
    def properties(self) -> tuple[Finding, ...]:
        """The findings that are by design; whether the model may be so, its use says."""
        return self._with(PROPERTY)

    @property
    def not_tried(self) -> tuple[Finding, ...]:
        """The probes that could not be tried; the fact of each says why."""
        return self._with(NOT_TRIED)

    @property
    def verdict(self) -> str:
        """One line: how many findings of each kind, if the axes are a guess, what was not tried.

        Properties are counted as well: what is by design may still be wrong for the use.
        """
        faults, suspicions = (len(each) for each in (self.faults, self.suspicions))
        properties = len(self.properties)
        words = [
            f"{_count(faults, 'fault')}" if faults else "no fault found",
            *([_count(suspicions, "suspicion")] if suspicions else []),
            *([f"{_count(properties, 'property', 'properties')} to read"] if properties else []),
        ]
        left_out = [
            each.probe if each.status == NOT_TRIED else each.left_out for each in self.findings
        ]
        missing = ", ".join(filter(None, left_out))
        guess = ", unless the guessed axes are the wrong way round" if self.guessed else ""
        return ", ".join(words) + guess + (f"; not tried: {missing}" if missing else "") + "."

    def __bool__(self) -> bool:
        """Return whether there is no fault, so that ``assert diagnose(...)`` says what it means."""
        return not self.faults

    def __getitem__(self, probe: str) -> Finding:
        """Return the finding of a probe; a KeyError lists the probes there are."""
        found = {each.probe: each for each in self.findings}
        if probe not in found:
            raise KeyError(f"expected the name of a probe ({', '.join(found)}), got {probe!r}")
        return found[probe]

    def __repr__(self) -> str:
        """Return the verdict, what was tried, and each finding."""
        head = [
            *wrap(self.verdict, _WIDTH),
            *wrap(self.subject, _WIDTH),
            *wrap(self.axes, _WIDTH),
        ]
        return "\n".join([*head, "", *(line for each in self.findings for line in _lines(each))])

    def _repr_html_(self) -> str:
        """Return a table. It sets no colours, so it has those of the page, light or dark."""
        left = "text-align:left;vertical-align:top;white-space:normal"
        rows = "".join(
            f"<tr><td style='{left}'>{escape(each.probe)}</td>"
            f"<td style='{left};white-space:nowrap'>{_shown(each.status)}</td>"
            f"<td style='{left}'>{escape(each.fact)}"
            + (f"<br><i>Perhaps:</i> {escape(each.perhaps)}" if each.perhaps else "")
            + "</td></tr>"
            for each in self.findings
        )
        return (
            f"<p><b>{escape(self.verdict)}</b><br>{escape(self.subject)}<br>{escape(self.axes)}"
            f"</p><table><thead><tr><th style='{left}'>probe</th><th style='{left}'>says</th>"
            f"<th style='{left}'>what was measured</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def _count(number: int, noun: str, many: str = "") -> str:
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def _shown(status: str) -> str:
    text = f"{_SIGNS[status]} {escape(status)}"
    return f"<b>{text}</b>" if status in (FAULT, SUSPICION) else text


def _lines(finding: Finding) -> list[str]:
    """Return a finding as lines: probe and status in front, the words in a column behind them."""
    room = _WIDTH - _PROBE - _STATUS - 2
    words = wrap(finding.fact, room)
    if finding.perhaps:
        words += wrap(f"Perhaps: {finding.perhaps}", room, subsequent_indent="  ")
    heads = [f"{_SIGNS[finding.status]} {finding.probe:<{_PROBE}}{finding.status:<{_STATUS}}"]
    heads += [" " * len(heads[0])] * (len(words) - 1)
    return [head + word for head, word in zip(heads, words, strict=True)]
