"""The process value: its grammar and its parameters."""
