"""Pictures that are drawn once: the map of the course, and those of single exercises."""
