"""Of the theme's style sheets and icons the pages load what they can use, and no less."""

import re
from base64 import b64encode
from html.parser import HTMLParser
from importlib.util import find_spec
from urllib.parse import unquote

import pytest

if missing := [name for name in ("tinycss2", "fontTools", "brotli") if find_spec(name) is None]:
    pytest.skip(f"the site is built with {', '.join(missing)}", allow_module_level=True)

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from lstm_lessons.site import lean

WORDS = frozenset({"used", "dark", "part"})


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".used{color:red}", ".used{color:red}"),
        (".gone{color:red}", ""),
        (".used .gone{color:red}", ""),
        (".gone,.used{color:red}", ".gone,.used{color:red}"),
        ("#gone{color:red}", ""),
        ("p{color:red}", "p{color:red}"),
        ("a:hover,[role=x]{color:red}", "a:hover,[role=x]{color:red}"),
        ("p:not(.gone){color:red}", "p:not(.gone){color:red}"),
        ("html[data-theme=dark] .part{color:red}", "html[data-theme=dark] .part{color:red}"),
        ("@media print{.gone{a:b}.used{a:b}}", "@media print{.used{a:b}}"),
        ("@media print{.gone{a:b}}", ""),
        ("@supports (a:b){@media print{.gone{a:b}.used{a:b}}}", None),
        ("@font-face{font-family:x}", "@font-face{font-family:x}"),
        ("@keyframes turn{to{a:b}}", "@keyframes turn{to{a:b}}"),
        ("/*! a licence */p{a:b}/* a remark */", "/*! a licence */p{a:b}"),
    ],
)
def test_a_rule_stays_where_a_page_can_use_it(sheet, left):
    wanted = "@supports (a:b){@media print{.used{a:b}}}" if left is None else left
    assert lean.lean(sheet, WORDS) == wanted


@pytest.mark.parametrize(
    ("sheets", "left"),
    [
        (["p{--gone:1;color:red}"], ["p{color:red}"]),
        (["p{color:red;--gone:url(a;b)}"], ["p{color:red;}"]),
        (["p{--kept:1}", "b{a:var(--kept)}"], None),
        (["p{--kept:1;--other: 2;a:calc(1px + var( --kept, var(--other)))}"], None),
        (["p{--used:1}"], ["p{}"]),
        (["p{--by-script:1}"], None),
        (["p{--gone:1;--then:var(--gone)}"], ["p{}"]),
        (["@media print{p{--gone:1;a:b}}"], ["@media print{p{a:b}}"]),
        (['p{a:b/* ; */;--gone:{a:b;c:d};c:"--gone:1;"}'], ['p{a:b/* ; */;c:"--gone:1;"}']),
        (["@font-face{--gone:1;a:b}", "@keyframes x{to{--gone:1}}"], None),
    ],
)
def test_a_variable_stays_where_a_sheet_or_a_script_names_it(sheets, left):
    words = WORDS | {"--by-script"}
    assert lean.without_unused_variables(sheets, words) == (sheets if left is None else left)


def test_a_picture_stands_in_the_page_as_text_and_is_the_same():
    style, words = "<style>p { font: 'A b' }\n</style>", '\t<a b="#c">5 % &amp;#39; &lt; é →</a>'
    svg = f'<svg xmlns="x">{style}{words}</svg>'
    packed = b64encode(svg.encode()).decode()
    page = f'<p>a <img alt="b" src="data:image/svg+xml;base64,{packed}"> c'
    images = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: images.append(dict(attrs)) if tag == "img" else None
    made = lean.with_text(page)
    reader.feed(made)
    head, _, text = images[0]["src"].partition(",")
    assert (head, unquote(text)) == ("data:image/svg+xml;charset=utf-8", svg)
    assert not re.search(r"[\n\t#]", text)  # a browser would drop these, or end the picture here
    assert made.startswith('<p>a <img alt="b" src=') and made.endswith("> c")
    assert images[0]["alt"] == "b"


def test_a_site_is_made_lean_and_what_it_carries_whole_is_not_touched(tmp_path):
    static = tmp_path / "_static"
    fonts = tmp_path / lean._FONTS
    for folder in (static / "pyodide", fonts):
        folder.mkdir(parents=True)
    (tmp_path / "page.html").write_text('<p class="used">ü</p>', encoding="utf-8")
    (static / "page.js").write_text('each.classList.add("by-script");', encoding="utf-8")
    sheet = '.used:before{content:"\\f015"}.by-script{a:b}.gone:before{content:"\\f016"}'
    (static / "page.css").write_text(sheet, encoding="utf-8")
    (static / "pyodide" / "own.css").write_text(sheet, encoding="utf-8")
    draw_font(fonts / "icons.woff2", (0xF015, 0xF016))
    lean.make_lean(tmp_path)
    assert ".by-script" in (static / "page.css").read_text(encoding="utf-8")
    assert "gone" not in (static / "page.css").read_text(encoding="utf-8")
    assert (static / "pyodide" / "own.css").read_text(encoding="utf-8") == sheet
    assert set(TTFont(fonts / "icons.woff2").getBestCmap()) == {0xF015}


def draw_font(path, points):
    """Write a font that has a triangle for each code point."""
    names = [".notdef", *(f"icon{point:x}" for point in points)]
    made = FontBuilder(1000)
    made.setupGlyphOrder(names)
    made.setupCharacterMap({point: f"icon{point:x}" for point in points})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((500, 0))
    pen.lineTo((0, 500))
    pen.closePath()
    made.setupGlyf(dict.fromkeys(names, pen.glyph()))
    made.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": "Icons", "styleName": "Regular"})
    made.setupOS2()
    made.setupPost()
    made.font.flavor = "woff2"
    made.save(path)
