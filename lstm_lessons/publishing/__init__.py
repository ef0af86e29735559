"""From the source texts to notebooks that are run, kept and trusted."""
