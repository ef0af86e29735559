"""Exercises of lesson 01, a file each."""
