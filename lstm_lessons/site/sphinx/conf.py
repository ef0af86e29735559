"""Sphinx's settings for the site. The builder lays this file beside the pages."""

project = "LSTM lessons"
author = "the LSTM lessons authors"
html_title = "LSTM lessons"
extensions = ["myst_nb", "lstm_lessons.site.hints", "lstm_lessons.site.open_graph"]

nb_execution_mode = "off"  # what the committed notebooks hold is what the pages show
nb_code_prompt_show = "Show what it printed"
nb_code_prompt_hide = "Fold what it printed"
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
myst_enable_extensions = ["dollarmath", "amsmath", "html_image"]
myst_heading_anchors = 4

myst_heading_slug_func = "lstm_lessons.site.headings.address"

html_theme = "sphinx_book_theme"
html_theme_options = {
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_fullscreen_button": False,
    "use_download_button": False,
    "navbar_persistent": [],  # the search stands in the column at the left
}
html_context = {"default_mode": "auto"}  # light or dark as the system is, until it is switched
html_static_path = ["_static"]
html_css_files = ["page.css"]
_scripts = ("page.js", "explorers.js", "exercises.js")
html_js_files = [(name, {"type": "module"}) for name in _scripts]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
mathjax_path = "mathjax/es5/tex-svg-full.js"
mathjax_options = {"async": "async"}  # 2 MB, for which no other script has to wait
