"""OSS's HTTP interface on plain requests and responses, whatever carries them."""
