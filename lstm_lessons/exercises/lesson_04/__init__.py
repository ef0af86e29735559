"""Exercises of lesson 04, a file each."""
