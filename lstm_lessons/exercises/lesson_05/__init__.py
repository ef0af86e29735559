"""Exercises of lesson 05, a file each."""
