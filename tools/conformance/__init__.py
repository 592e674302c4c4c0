"""The conformance report: docs/conformance.md, written from the tests that cite the reference."""
