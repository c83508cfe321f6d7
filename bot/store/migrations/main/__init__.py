"""The migrations of the main tables."""
