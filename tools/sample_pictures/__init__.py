"""How the sample pictures are drawn: landscapes by following rays, marks by geometry."""
