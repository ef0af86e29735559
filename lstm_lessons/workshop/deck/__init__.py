"""Slides of a lesson or of a route, made from the same notebooks as the pages of the site.

`blocks` reads a notebook, `rule` makes slides of it, `room` knows how much a slide holds, `write`
turns slides into a page, and `builder` puts it into a folder that works without a network.
``in_deck`` is what runs in the instructor's browser, beside what the site has for its explorers.
"""
