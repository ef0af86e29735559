"""The instructor's guide: a page a lesson, made from the lessons, the checker and written words.

`written` reads what a teacher has written (``notebooks/guide``), `asked` the lesson's questions and
what comes, `slips` what the checker knows of wrong answers, `answers` solutions and folded answers.
`page` puts them together, `markup` makes HTML of them, and `builder` writes a folder.
"""
