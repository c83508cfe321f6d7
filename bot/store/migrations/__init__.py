"""The migrations of both databases."""
