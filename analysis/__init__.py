"""What a journey means: its cost, what may come back, who is affected."""
