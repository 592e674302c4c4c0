"""Repeatable measurements, peers side by side: `make bench`."""
