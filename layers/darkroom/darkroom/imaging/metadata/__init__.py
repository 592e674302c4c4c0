"""EXIF: orientation, resolution, and the texts that `info` lists."""
