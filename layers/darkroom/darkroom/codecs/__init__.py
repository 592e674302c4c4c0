"""Files ⇄ pixels: header probe, decoding with a size hint, encoding (spec 03)."""
