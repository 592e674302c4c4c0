"""The same service as a server of its own: bodies of any size, without Lambda's limits."""
