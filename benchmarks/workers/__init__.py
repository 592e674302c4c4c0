"""The worker processes, one per product: each reads one order a line and writes its time."""
