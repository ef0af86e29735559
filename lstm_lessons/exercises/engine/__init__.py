"""The machine behind every check: texts, slips, readers, and what keeps a notebook safe.

From the ground up: `result`, `text`, `raised`, `running`, `isolation`, `values`, `arrays`, `case`,
`returns`, `slips`, `attempts`, `known`, `readers/`, `base`, then the two kinds of exercise,
`function_exercise` and `dict_exercise`. The second kind needs neither torch nor numpy but for
`running` and `isolation`, which the site's pages replace. CONTRIBUTING.md says how an exercise is
made with it.
"""
