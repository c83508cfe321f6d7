"""What schools make rules about, and the many ways people ask it."""
