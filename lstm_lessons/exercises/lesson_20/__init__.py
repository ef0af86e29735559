"""Exercises of lesson 20, a file each."""
