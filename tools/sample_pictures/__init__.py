"""Renders the sample pictures: landscapes by ray marching, the others by vector graphics."""
