"""Draw the JPEGs that the fuzzer starts from: `python engine/fuzz/seeds.py FOLDER`."""

import itertools
import sys
from pathlib import Path

from PIL import Image

SIZES = ((1, 1), (8, 8), (33, 17), (97, 64))

OPTIONS: tuple[dict[str, object], ...] = (
    {"subsampling": "4:2:0"},
    {"subsampling": "4:2:2", "optimize": True},
    {"subsampling": "4:4:4", "restart_marker_blocks": 2},
    {"subsampling": "4:2:0", "progressive": True},
    {"subsampling": "4:4:4", "progressive": True, "restart_marker_rows": 1},
)


def main(folder: Path) -> None:
    """Write one file of each mode, size and kind of encoding."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = itertools.product(("RGB", "L", "CMYK"), SIZES, OPTIONS)
    for number, (mode, size, options) in enumerate(kinds):
        image = Image.effect_noise(size, 90).convert("RGB").convert(mode)
        image.save(folder / f"{number:02}.jpg", "JPEG", quality=85, **options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
