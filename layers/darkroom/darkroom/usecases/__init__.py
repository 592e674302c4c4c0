"""Use cases of the service, without HTTP and AWS: ports in, results out."""
