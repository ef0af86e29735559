"""Exercises of lesson 09: sentences of different lengths, padded, masked and packed."""
