"""Asynchronous jobs: submission, object events, queue messages, processing."""
