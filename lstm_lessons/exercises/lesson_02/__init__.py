"""Exercises of lesson 02, a file each."""
