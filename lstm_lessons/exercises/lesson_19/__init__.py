"""Exercises of lesson 19, a file each."""
