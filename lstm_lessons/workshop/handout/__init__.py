"""What learners get: a folder that works by itself, without what only teachers and authors need.

`contents` says what is in it, `archive` packs the exercises, `page` writes its README, and `laying`
brings a folder in step, so that nothing of anybody's is lost.
"""
