"""The adapters: the only place that speaks to AWS."""
