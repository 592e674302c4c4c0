"""Pixel filters that several operations use, or that are apart for their mathematics."""
