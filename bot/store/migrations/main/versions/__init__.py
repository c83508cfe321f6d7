"""The migrations of the main tables, one a file; the newest file says how the tables stand."""
