"""Exercises of lesson 14, a file each."""
