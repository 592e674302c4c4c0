"""The adapters: the only package that calls AWS."""
