"""The course as a site: static pages from the committed notebooks, whose explorers move.

`pages` turns a notebook into a page, `vendored` brings what the pages carry of other projects,
`builder` puts all together. ``in_page`` is what runs in the reader's browser.
"""
