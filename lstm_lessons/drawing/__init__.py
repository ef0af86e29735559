"""Pictures: SVG for diagrams, matplotlib for plots, one style for all.

Nothing here imports torch, and matplotlib is imported when the first plot is drawn.
"""

from lstm_lessons.drawing.picture import Picture, show
from lstm_lessons.drawing.plots import figure

__all__ = ["Picture", "figure", "show"]
