"""Handlers of the interface, by API call or sub-resource."""
