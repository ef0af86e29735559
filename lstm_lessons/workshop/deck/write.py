"""From slides to a page of reveal.js."""

from __future__ import annotations

from html import escape

from lstm_lessons.site import pages
from lstm_lessons.workshop.deck import markdown, room
from lstm_lessons.workshop.deck.slide import (
    Code,
    Explorer,
    Image,
    Part,
    Points,
    Printed,
    Section,
    Slide,
    Words,
)

_KEYS = (
    "Tab goes to the first control, and the arrow keys move it. Page Down turns to the next slide, "
    "and Escape gives the arrow keys back to the slides."
)
_WIDE = 1.75
"""Width over height of an explorer's picture, from which on its controls stand above it."""

_PAGE = """<!doctype html>
<html lang="en" class="reveal-full-page">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="static/reveal.css">
<link rel="stylesheet" href="static/deck.css">
<link rel="stylesheet" href="static/code.css">
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script src="static/reveal.js"></script>
<script src="static/notes.js"></script>
<script src="static/formulas.js"></script>
<script src="static/tex-svg-full.js"></script>
<script src="static/deck.js"></script>
</body>
</html>
"""


def page(title: str, sections: list[Section]) -> str:
    """Return the page of a deck; sections without slides are left out."""
    stacks = [_stack(each, at) for at, each in enumerate(sections, 1) if each.slides]
    return _PAGE.format(title=escape(title), slides="\n".join(stacks))


def _stack(section: Section, at: int) -> str:
    slides = [_slide(each, f"{at}-{number}") for number, each in enumerate(section.slides, 1)]
    return "<section>\n" + "\n".join(slides) + "\n</section>"


def _slide(slide: Slide, name: str) -> str:
    level = "h1" if slide.kind == "title" else "h2"
    heading = f"<{level}>{markdown.line(slide.heading)}</{level}>" if slide.heading else ""
    parts = "\n".join(_part(each) for each in slide.parts)
    keys = (_KEYS,) if slide.kind == "explorer" else ()
    notes = "\n".join(markdown.html(each) for each in (*slide.notes, *keys))
    return (
        f'<section id="s{name}"><div class="slide {slide.kind}">\n{heading}\n{parts}\n</div>\n'
        f'<aside class="notes">{notes}</aside></section>'
    )


def _part(part: Part) -> str:
    """Return a part of a slide; what is revealed by a key is a fragment."""
    match part:
        case Words():
            is_block = part.text.startswith(("|", "$$"))
            words = markdown.html(part.text) if is_block else f"<p>{markdown.line(part.text)}</p>"
            return f'<div class="{_classes(part, "words", part.size)}">{words}</div>'
        case Points():
            return _points(part)
        case Code():
            return f'<pre class="code"><code>{_coloured(part)}</code></pre>'
        case Printed():
            return _printed(part)
        case Image():
            return f'<div class="{_classes(part, "picture")}">{part.html}</div>'
        case Explorer():
            side = "" if room.ratio(part.still) >= _WIDE else " ll-beside"
            return pages.figure(part.name, part.still).replace(
                'class="ll-explorer"', f'class="ll-explorer{side}"', 1
            )


def _classes(part: Words | Printed | Image, *names: str) -> str:
    return " ".join(each for each in (*names, "fragment" * part.revealed) if each)


def _points(part: Points) -> str:
    """Return a list; of what waits for a key the mark is seen, so that no slide is empty."""
    lines = [markdown.line(each) for each in part.items]
    if part.revealed:
        lines = [f'<span class="fragment">{each}</span>' for each in lines]
    rows = "".join(f"<li>{each}</li>" for each in lines)
    if part.numbered:
        return f'<ol class="points" start="{part.first}">{rows}</ol>'
    return f'<ul class="points">{rows}</ul>'


def _printed(part: Printed) -> str:
    """Return what was printed; a line that is longer than a slide is wide is broken."""
    lines = [
        f'<span class="long">{escape(line)}</span>'
        if len(line) > room.COLUMNS
        else escape(line) + "\n"
        for line in part.text.splitlines()
    ]
    if part.left:
        what = "line" if part.left == 1 else "lines"
        lines.append(f'<span class="left">… and {part.left} more {what}</span>')
    return f'<pre class="{_classes(part, "printed")}">{"".join(lines)}</pre>'


def _coloured(part: Code) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    if part.language != "python":
        return escape(part.source)
    source = part.source
    return highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")


def colours() -> str:
    """Return the style sheet of code: colours with enough contrast, light and dark."""
    from pygments.formatters import HtmlFormatter

    def sheet(style: str, before: str) -> str:
        rules = HtmlFormatter(style=style).get_style_defs(f"{before} .code").splitlines()
        return "\n".join(each for each in rules if each.startswith(f"{before} .code ."))

    light = sheet("a11y-high-contrast-light", "html:not([data-theme=dark])")
    return light + "\n" + sheet("a11y-high-contrast-dark", "html[data-theme=dark]") + "\n"
