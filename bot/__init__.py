"""What the assistant does: one conversation, from a message to the cards that answer it."""
