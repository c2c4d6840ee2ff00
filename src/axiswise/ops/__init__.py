"""What each operation asks of axes and what it does with them; one family a file."""
