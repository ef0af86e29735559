"""Exercises of lesson 03, a file each, and what two of them share."""
