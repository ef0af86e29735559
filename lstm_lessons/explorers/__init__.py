"""Explorers: sliders over pictures. Each is a pure view, which needs no torch, plus sliders."""

from .forget_gate import forget_gate

__all__ = ["forget_gate"]
