"""The migrations of the keys tables, one a file; the newest file says how the tables stand."""
