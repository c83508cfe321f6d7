"""Measures and pictures: fitting, benchmarks, and what replies look like; run by make, never by the tests."""
