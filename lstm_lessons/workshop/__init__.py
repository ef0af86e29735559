"""What a teacher needs for a room: the guide, slides, what is handed out and what comes back."""
