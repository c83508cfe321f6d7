"""The migrations of the keys tables."""
