"""The schemas of the tables, and the rules that hold across them."""
