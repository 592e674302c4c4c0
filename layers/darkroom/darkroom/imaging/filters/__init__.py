"""Pixel filters: those of several operations, and those with much mathematics of their own."""
