"""Repeatable measurements, with peers for comparison: `make bench`."""
