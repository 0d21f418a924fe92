"""A scenario: what is asked, read from a file and made into a problem to solve."""
