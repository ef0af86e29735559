"""Learners' notebooks are run again on the teacher's side, and what they know is seen at once."""
