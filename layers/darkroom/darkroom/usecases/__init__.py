"""What the service does, told without HTTP and without AWS: ports in, outcome out."""
