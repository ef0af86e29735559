"""Routes through the lessons for a room with a teacher, laid out in time."""
