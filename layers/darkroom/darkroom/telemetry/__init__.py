"""Logs and timing of requests and messages."""
