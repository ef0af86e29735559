"""Pictures, plots and the course map: what is shown, in which words, and always the same."""

import base64
import re
import subprocess
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from drawn import crowded

from lstm_lessons import course
from lstm_lessons.drawing import Picture, figure, plots, show, svg, theme
from lstm_lessons.drawing.picture import IN_FILES, KEPT, ON_PAGES, WANTED
from lstm_lessons.drawing.pictures.course_map import course_map

SVG = "{http://www.w3.org/2000/svg}"


def simple_svg():
    root = svg.panel(200, 100)
    svg.label(root, 100, 50, "a < b & c")
    return svg.write(root)


def plot():
    made, axes = figure()
    axes.semilogy([1, 1e-3, 1e-6], label="a")
    axes.plot([1, 0.1, 0.0123456], label="b")
    axes.set(xlabel="lag k", ylabel="gradient", title="0.123456 stays as it is")
    axes.legend()
    return made


def attributes_of(html, tag):
    """Return the attributes of the first element of this kind, as a browser reads them."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, name, attributes):
            if name == tag:
                found.append(dict(attributes))

    Reader().feed(html)
    return found[0]


def texts(picture_svg):
    root = ElementTree.fromstring(picture_svg)
    return ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]


# --- Picture -----------------------------------------------------------------------------------


def test_on_a_page_a_picture_is_an_image_that_keeps_its_words_and_its_svg():
    alt = 'says "3 < 4" & more'
    bundle = Picture(simple_svg(), alt).on_page
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == alt
    image = attributes_of(bundle["text/html"], "img")
    assert image["alt"] == alt
    head, data = image["src"].split(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == simple_svg()


def test_in_a_file_a_picture_is_kept_under_a_type_of_its_own_and_read_again():
    alt = 'says "3 < 4" & more'
    picture = Picture(simple_svg(), alt)
    assert picture.in_file == {
        "text/plain": alt,
        KEPT: simple_svg(),
        "text/html": "<details><summary>The picture in words</summary>"
        "says &quot;3 &lt; 4&quot; &amp; more</details>",
    }
    assert Picture.kept_in(picture.in_file) == picture
    in_lines = {kind: text.splitlines(keepends=True) for kind, text in picture.in_file.items()}
    assert Picture.kept_in(in_lines) == picture
    assert Picture.kept_in(picture.on_page) is None


@pytest.mark.parametrize(
    ("said", "pytest_runs", "form"),
    [
        (None, False, "on_page"),  # Binder, Colab, a JupyterLab of one's own
        (ON_PAGES, False, "on_page"),  # lab
        (ON_PAGES, True, "on_page"),  # lab, started by a test
        (IN_FILES, False, "in_file"),  # build
        (None, True, "in_file"),  # nbval
    ],
)
def test_a_kernel_gives_the_form_that_is_wanted_where_it_runs(monkeypatch, said, pytest_runs, form):
    for name, value in ((WANTED, said), ("PYTEST_VERSION", "9" if pytest_runs else None)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    picture = Picture(simple_svg(), "words")
    assert picture._repr_mimebundle_() == getattr(picture, form)


def test_inline_picture_is_named_for_screen_readers():
    alt = 'says "3 < 4" & more'
    inline = Picture(simple_svg(), alt).inline
    root = ElementTree.fromstring(inline)
    assert (root.get("role"), root.get("aria-label")) == ("img", alt)
    assert root.find(f"{SVG}title") is None  # it would be shown wherever the pointer rests
    assert texts(inline) == ["a < b & c"]


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_picture_without_words_is_refused(alt):
    with pytest.raises(ValueError, match="alt must say in words what the picture shows"):
        Picture(simple_svg(), alt)
    with pytest.raises(ValueError, match="alt must say in words what the picture shows"):
        show(Picture(simple_svg(), "words"), alt)
    with pytest.raises(ValueError, match="alt must say in words what the picture shows"):
        show(plot(), alt)


def test_a_picture_that_is_no_svg_is_refused():
    with pytest.raises(ValueError, match="svg must start with <svg, got '<p>'"):
        Picture("<p>", "words")


# --- show --------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    return displayed


def test_show_takes_a_figure_a_picture_or_text(shown):
    show(plot(), "a plot")
    show(Picture(simple_svg(), "old words"), "new words")
    show(simple_svg(), "some text")
    assert [each.alt for each in shown] == ["a plot", "new words", "some text"]
    assert [each.svg for each in shown] == [plots.to_svg(plot()), simple_svg(), simple_svg()]


def test_show_refuses_anything_else(shown):
    with pytest.raises(TypeError, match="expected a matplotlib figure, a Picture or .* got 3"):
        show(3, "words")
    assert shown == []


def test_show_closes_a_figure_of_pyplot(shown):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    made, _ = pyplot.subplots()
    show(made, "words")
    assert not pyplot.fignum_exists(made.number)
    assert len(shown) == 1


# --- plots -------------------------------------------------------------------------------------


def test_a_plot_is_the_same_text_every_time():
    made = plot()
    assert plots.to_svg(made) == plots.to_svg(made) == plots.to_svg(plot())


@pytest.mark.slow
def test_a_plot_is_the_same_text_in_another_process():
    code = (
        "from lstm_lessons.drawing import figure, plots\n"
        "made, axes = figure(); axes.semilogy([1, 1e-3]); axes.legend(['a'])\n"
        "print(plots.to_svg(made), end='')"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, text=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1 and runs.pop().startswith("<svg")


def test_a_plot_keeps_its_text_and_shortens_its_numbers():
    drawn = plots.to_svg(plot())
    assert {"lag k", "gradient", "a", "b", "0.123456 stays as it is", "10⁻³"} <= set(texts(drawn))
    for element in ElementTree.fromstring(drawn).iter():
        for name, value in element.attrib.items():
            if name != "transform" or "scale" not in value:
                assert not re.search(r"\d\.\d{3}", value), (element.tag, name, value)


def test_labels_that_an_author_gives_to_a_logarithmic_axis_stay():
    made, axes = figure()
    axes.semilogy([1, 100])
    axes.set_yticks([1, 10, 100], labels=["one", "ten", "a hundred"])
    assert {"one", "ten", "a hundred"} <= set(texts(plots.to_svg(made)))


def test_a_plot_follows_the_theme():
    drawn = plots.to_svg(plot())
    outside_the_style_sheet = re.sub(r"<style>.*?</style>", "", drawn, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{6}\b", outside_the_style_sheet) == []
    for name in ("i", "f", "ink", "edge", "paper", "muted"):
        assert theme.variable(name) in drawn


def test_a_black_bar_follows_the_theme():
    made, axes = figure()
    axes.bar(range(3), (1, 2, 3), color=["black", "#59606b", "none"])
    bars = [
        path.get("style")
        for path in ElementTree.fromstring(plots.to_svg(made)).iter(
            "{http://www.w3.org/2000/svg}path"
        )
        if path.get("clip-path") and path.get("d").endswith("z")
    ]
    assert bars == [
        f"fill: {theme.variable('ink')}",
        f"fill: {theme.variable('muted')}",
        "fill: none",
    ]


def test_black_dots_that_shine_through_follow_the_theme():
    made, axes = figure()
    axes.plot([0, 1], "ko", alpha=0.6)
    drawn = ElementTree.fromstring(plots.to_svg(made))
    styles = [each.get("style", "") for each in drawn.iter("{http://www.w3.org/2000/svg}use")]
    dots = [style for style in styles if "fill-opacity" in style]
    assert len(dots) == 2 and all(f"fill: {theme.variable('ink')}" in style for style in dots)


def test_lines_of_a_plot_differ_in_more_than_colour():
    _, axes = figure()
    lines = [axes.plot([0, 1])[0] for _ in range(4)]
    assert len({line.get_linestyle() for line in lines}) == 4
    assert len({line.get_color() for line in lines}) == 4


@pytest.mark.parametrize(
    ("value", "text"), [(1, "10⁰"), (1e-12, "10⁻¹²"), (1000, "10³"), (2e-3, "0.002"), (30, "30")]
)
def test_powers_of_ten(value, text):
    assert plots.power_of_ten(value) == text


def test_crowded_finds_texts_on_each_other_and_over_the_edge():
    root = svg.panel(300, 100)
    svg.label(root, 20, 40, "one text", 14, "start")
    svg.label(root, 280, 40, "another", 14, "end")
    assert crowded(svg.write(root)) == []
    svg.formula(root, 110, 50, "W_ig on both", 14, "end")
    svg.label(root, 250, 80, "leaves the panel", 14)
    assert crowded(svg.write(root)) == [
        ("leaves the panel", "the edge"),
        ("one text", "Wig on both"),
    ]


def test_crowded_knows_where_matplotlib_writes():
    made, axes = figure()
    made.set_layout_engine("none")
    axes.set(xticks=[0, 1], yticks=[0, 1], ylabel="upright")
    assert crowded(plots.to_svg(made)) == []
    axes.set_xticks([0.5, 0.52], labels=["here", "there"])
    axes.set_position((0.01, 0.2, 0.9, 0.7))
    found = crowded(plots.to_svg(made))
    assert ("here", "there") in found and ("upright", "the edge") in found


@pytest.mark.parametrize("sizes", [(6, 4), (640, 40), (1200, 400)])
def test_a_figure_too_small_or_too_large_is_refused(sizes):
    with pytest.raises(ValueError, match="must be 100 to 720 pixels"):
        figure(*sizes)


# --- numbers in pictures -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.50"), (-0.004, "0.00"), (-0.006, "−0.01"), (0, "0.00"), (-2, "−2.00")],
)
def test_number(value, text):
    assert svg.number(value, 2) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1.000"),
        (0.0017, "0.002"),
        (0.001, "0.001"),
        (8.88e-16, "8.9 × 10⁻¹⁶"),
        (9.96e-5, "1.0 × 10⁻⁴"),
    ],
)
def test_scientific(value, text):
    assert svg.scientific(value) == text


def test_formula_lowers_what_follows_an_underscore():
    root = svg.panel(200, 100)
    line = svg.formula(root, 0, 0, "W_ig x_t + h_{t-1}", 16)
    assert "".join(line.itertext()) == "Wig xt + ht-1"
    lowered = [each.text for each in line if float(each.get("dy")) > 0]
    assert lowered == ["ig", "t", "t-1"]
    # Each lowering but the last is undone by the text after it.
    assert sum(float(each.get("dy")) for each in line) == 4


# --- the course map ----------------------------------------------------------------------------


def test_the_map_shows_every_lesson_in_order():
    picture = course_map()
    names = [f"{each.number}  {each.title}" for each in course.LESSONS]
    assert [text for text in texts(picture.svg) if text in names] == names
    in_words = sorted(course.LESSONS, key=lambda each: not each.ready)  # then those to come
    said = [picture.alt.index(f"{each.number} {each.title}") for each in in_words]
    assert said == sorted(said)
    assert f"{len(course.LESSONS)} lessons" in picture.alt


def test_the_map_marks_ready_lessons_by_more_than_colour():
    root = ElementTree.fromstring(course_map().svg)
    filled = [
        theme.variable("i") in each.get("style").split(";")[0] for each in root.iter(f"{SVG}circle")
    ]
    assert filled == [each.ready for each in course.LESSONS]
    bold = [each.text[:2] for each in root.iter(f"{SVG}text") if each.get("font-weight") == "bold"]
    assert bold == [each.number for each in course.LESSONS if each.ready]


def test_the_map_gives_the_minutes_of_lesson_and_exercises():
    picture = course_map()
    minutes = [
        f"{each.minutes + each.exercise_minutes} min"
        + " with exercises" * bool(each.exercise_minutes)
        for each in course.LESSONS
        if each.ready
    ]
    assert [text for text in texts(picture.svg) if " min" in text] == minutes
    whole = sum(each.minutes + each.exercise_minutes for each in course.LESSONS) / 60
    assert f"about {round(whole)} hours in all" in picture.alt
    ready = [each for each in course.LESSONS if each.ready]
    for each, said in zip(ready, minutes, strict=True):
        assert f"{each.title}, {said}" in picture.alt


def test_nothing_in_the_map_lies_on_anything_else():
    assert crowded(course_map().svg) == []


# --- what is imported --------------------------------------------------------------------------


def test_drawing_imports_neither_torch_nor_matplotlib_until_a_plot_is_drawn():
    code = (
        "import sys; from lstm_lessons.drawing import figure\n"
        "from lstm_lessons.drawing.pictures.course_map import course_map; course_map()\n"
        "assert not {'torch', 'matplotlib', 'numpy', 'IPython'} & set(sys.modules)\n"
        "figure(); assert 'matplotlib' in sys.modules\n"
        "assert not {'torch', 'matplotlib.pyplot'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
