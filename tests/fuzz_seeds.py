"""Small sound files of every kind that is decoded in its own way, to be mutated."""

from collections.abc import Mapping
from functools import partial

from PIL import Image

from tests.pictures import animation, photographic, stored
from tests.unit.formats import tiffs
from tests.unit.formats.gifs import Part, gif_file

SIZE = (24, 17)
PICTURE = photographic(SIZE)
CLEAR = PICTURE.copy()
CLEAR.putalpha(Image.linear_gradient("L").resize(SIZE))
FRAMES = [PICTURE.rotate(40 * number) for number in range(3)]


def seeds() -> Mapping[str, bytes]:
    """Return the files by name."""
    return {**_iso_media(), **_tiffs(), **_others()}


def _iso_media() -> dict[str, bytes]:
    import pillow_heif.HeifImagePlugin  # noqa: F401, PLC0415

    exif = Image.Exif()
    exif[0x112] = 6
    return {
        "colour.avif": stored(PICTURE, "AVIF", speed=10),
        "clear.avif": stored(CLEAR, "AVIF", speed=10, exif=exif),
        "frames.avif": animation(FRAMES, "AVIF", speed=10),
        "colour.heic": stored(PICTURE, "HEIF"),
        "clear.heic": stored(CLEAR, "HEIF", exif=exif),
        "frames.heic": animation(FRAMES, "HEIF"),
    }


def _tiffs() -> dict[str, bytes]:
    made = {
        f"{compression}.tiff": stored(PICTURE, "TIFF", compression=compression)
        for compression in ("raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg")
    }
    made |= {
        f"{compression}.tiff": stored(PICTURE.convert("1"), "TIFF", compression=compression)
        for compression in ("group3", "group4", "tiff_ccitt")
    }
    for mode in ("LA", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"):
        picture = PICTURE.convert("L").convert(mode) if mode in ("I;16", "I", "F") else CLEAR
        made[f"{mode}.tiff"] = stored(picture.convert(mode), "TIFF", compression="tiff_lzw")
    made["palette.tiff"] = stored(PICTURE.quantize(16), "TIFF", compression="tiff_deflate")
    raw = PICTURE.tobytes()
    strips = [raw[at : at + 72 * 4] for at in range(0, len(raw), 72 * 4)]
    planes = [raw[number::3] for number in range(3)]
    wide_planes = [bytes(byte for byte in plane for _ in range(2)) for plane in planes]
    tiles = [bytes(range(256)) * 3] * 4
    for order in "<>":
        for big in (False, True):
            name = f"{order}{'big' if big else 'classic'}.tiff"
            write = partial(tiffs.tiff, SIZE, photometric=tiffs.RGB, order=order, big=big)
            eight, sixteen = (8, 8, 8), (16, 16, 16)
            made[f"strips {name}"] = write(strips, bits=eight, fields={278: 4})
            made[f"planes {name}"] = write(planes, bits=eight, fields={284: 2})
            made[f"wide planes {name}"] = write(wide_planes, bits=sixteen, fields={284: 2})
            made[f"tiles {name}"] = write(tiles, bits=eight, fields={322: 16, 323: 16})
    return made


def _others() -> dict[str, bytes]:
    exif = Image.Exif()
    exif[0x112] = 6
    profile = photographic((8, 8)).tobytes()
    parts = [Part(rows=("rg", "b."), place=(n, n), disposal=n + 1) for n in range(3)]
    return {
        "baseline.jpg": stored(PICTURE, "JPEG", exif=exif, icc_profile=profile),
        "progressive.jpg": stored(PICTURE, "JPEG", progressive=True),
        "cmyk.jpg": stored(PICTURE.convert("CMYK"), "JPEG"),
        "colour.png": stored(PICTURE, exif=exif, icc_profile=profile),
        "clear.png": stored(CLEAR),
        "palette.png": stored(PICTURE.quantize(16), transparency=3),
        "wide.png": stored(PICTURE.convert("L").convert("I;16"), transparency=257),
        "frames.png": animation(FRAMES, "PNG"),
        "still.gif": stored(PICTURE, "GIF"),
        "frames.gif": animation(FRAMES, "GIF", duration=50),
        "parts.gif": gif_file((6, 5), *parts, repeats=2),
        "lossy.webp": stored(CLEAR, "WEBP", exif=exif),
        "lossless.webp": stored(CLEAR, "WEBP", lossless=True),
        "frames.webp": animation(FRAMES, "WEBP", duration=50),
        "colour.bmp": stored(PICTURE, "BMP"),
        "palette.bmp": stored(PICTURE.quantize(16), "BMP"),
        "one bit.bmp": stored(PICTURE.convert("1"), "BMP"),
    }
