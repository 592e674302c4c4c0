"""OSS's HTTP interface on plain requests and responses, independent of the transport."""
