"""What a scenario would do: before and after, for whom, and how sure."""
