"""What the tests show of the agreement with the service, for `make conformance`."""
