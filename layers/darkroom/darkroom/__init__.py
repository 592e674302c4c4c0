"""Darkroom: OSS-style image processing for pictures that live in S3."""

ENGINE = "1"
"""Version of the engine, part of every result key: raised when an operation's output changes."""
