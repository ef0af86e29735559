"""Exercises of lesson 13, a file each."""
