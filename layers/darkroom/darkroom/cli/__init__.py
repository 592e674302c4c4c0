"""The command line's work on files."""
