"""What a teacher needs for a room: routes laid out in time, and the guide."""
