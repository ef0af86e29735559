"""From the source texts to notebooks that are run, kept, trusted, and copied for learners."""
