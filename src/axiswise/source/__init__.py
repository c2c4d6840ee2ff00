"""From facts back to the user's source: where a call stands, where a size was chosen, how to edit it."""
