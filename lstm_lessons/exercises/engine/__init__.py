"""The machine behind every check: texts, slips, readers, and what keeps a notebook safe.

From the ground up: `result`, `text`, `running`, `isolation`, `values`, `case`, `returns`,
`slips`, `attempts`, `known`, `readers/`, `base`, then the two kinds of exercise, `function` and
`entries`. CONTRIBUTING.md says how an exercise is made with it.
"""
