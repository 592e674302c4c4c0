"""Darkroom on one machine, without a cloud: never deployed."""
