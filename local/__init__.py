"""Runs Darkroom on one machine without AWS; never deployed."""
