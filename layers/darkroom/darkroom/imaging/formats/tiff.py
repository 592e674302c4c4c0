"""TIFF: the first picture of a file, judged by its directory before it is decoded.

What Pillow would take for something else is told to it in another way, or refused: never shown
wrong (C-180).
"""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageMath

from darkroom.errors import too_many
from darkroom.imaging.colour import to_srgb
from darkroom.imaging.decoder_errors import DECODER_ERRORS
from darkroom.imaging.formats.format import Format
from darkroom.imaging.formats.tiff_directory import MAX_STRIPS, Directory, Tag
from darkroom.imaging.picture import (
    NORMAL_ORIENTATION,
    Header,
    apply_orientation,
    swap_sides,
)

_COMPRESSIONS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34925, 50000})
"""What the decoder has, of what Pillow knows by name."""

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK = 0, 1, 2, 3, 5
_SENSOR = (32803, 34892)
"""Colours of single pixels of a camera's sensor, and their linear light."""

_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
"""Sample formats."""

_PLANAR_MODES = {(1, 2): "LA", (2, 3): "RGB", (2, 4): "RGBA", (5, 4): "CMYK"}
"""Modes of pictures in planes, by photometric interpretation and number of planes."""

_ASSOCIATED = 1
_LARGER_TILE = 1024
"""Pixels by which a tile may be larger than the picture, rounded up."""


@dataclass(frozen=True, kw_only=True)
class Tiff(Format):
    """TIFF by libtiff, written with LZW (C-110); it is turned upright when it is decoded."""

    def read_header(self, data: bytes) -> Header:
        """Read the first picture (C-122); its directory has EXIF's form."""
        directory = Directory.read_first(data)
        self._check(directory, data)
        try:
            self.open(_for_pillow(directory).head())
        except DECODER_ERRORS as error:
            raise self.unsupported() from error
        size = directory.integer(Tag.WIDTH), directory.integer(Tag.LENGTH)
        return Header(format=self.name, size=swap_sides(size, _orientation(directory)), exif=data)

    def _check(self, directory: Directory, data: bytes) -> None:
        """Refuse what is not supported, and what would take a decoder too much memory or time."""
        if not directory.integer(Tag.WIDTH) or not directory.integer(Tag.LENGTH):
            raise ValueError("a TIFF without a size")
        if _is_camera_file(directory, data):
            raise self.unsupported()
        if directory.is_tiled:
            _check_tiles(directory)
        if directory.parts * directory.planes > MAX_STRIPS:
            what = "tiles" if directory.is_tiled else "strips"
            raise too_many(what, directory.parts * directory.planes, MAX_STRIPS)
        if directory.integer(Tag.COMPRESSION, 1) not in _COMPRESSIONS:
            raise self.unsupported()
        if _wide_planes(directory) and not _merged_mode(directory):
            raise self.unsupported()

    def decode_still(self, data: bytes, header: Header, reduction: int) -> Image.Image:
        """Decode, in samples of eight bits, and turn upright."""
        del header, reduction
        directory = Directory.read_first(data)
        if _wide_planes(directory):
            image = self._merged(directory, data)
        else:
            image = self.open(_for_pillow(directory).file(data))
            image.load()
            image = _in_eight_bits(image, directory)
        profile = directory.raw(Tag.ICC_PROFILE)
        if profile:
            image.info["icc_profile"] = profile
        pixels = apply_orientation(to_srgb(image), _orientation(directory))
        return self._detached(pixels, data)

    def _merged(self, directory: Directory, data: bytes) -> Image.Image:
        """Decode each plane as a grey picture: Pillow reads wide samples of planes as narrow."""
        mode = _merged_mode(directory)
        planes = list[Image.Image]()
        for number in range(len(Image.new(mode, (1, 1)).getbands())):
            plane = self.open(directory.plane(number).file(data))
            plane.load()
            planes.append(_upper_bytes(plane))
        return Image.merge(mode, planes)

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:
        """Leave what was converted already."""
        del data
        return image


TIFF = Tiff(
    name="tiff",
    pillow="TIFF",
    plugin="PIL.TiffImagePlugin",
    content_type="image/tiff",
    suffixes=("tif",),
    signatures=(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    encoder_options={"compression": "tiff_lzw"},
    max_source_side=16_384,
    ec_source_side="0040-00000018",
)


def _is_camera_file(directory: Directory, data: bytes) -> bool:
    """Tell a camera's raw data, which start as TIFF: what could be shown of them is a thumbnail."""
    if data.startswith(b"CR", 8) or Tag.DNG_VERSION in directory.fields:
        return True
    directories = (directory, *directory.sub_directories(data))
    return any(each.integer(Tag.PHOTOMETRIC) in _SENSOR for each in directories)


def _check_tiles(directory: Directory) -> None:
    """Refuse tiles larger than the picture: a decoder makes room for a whole one."""
    for tag, side in ((Tag.TILE_WIDTH, Tag.WIDTH), (Tag.TILE_LENGTH, Tag.LENGTH)):
        tile = directory.integer(tag)
        if not tile:
            raise ValueError("a tile without a size")
        pixels = directory.integer(side)
        most = pixels + -pixels % _LARGER_TILE
        if tile > most:
            raise too_many("pixels along a side of a tile", tile, most)


def _orientation(directory: Directory) -> int:
    value = directory.integer(Tag.ORIENTATION, NORMAL_ORIENTATION)
    return value if value in range(1, 9) else NORMAL_ORIENTATION


def _for_pillow(directory: Directory) -> Directory:
    """Return the directory as Pillow understands it rightly."""
    parts = directory.parts * directory.planes
    changes = dict[Tag, tuple[int, ...] | None]()
    for tag in (Tag.STRIP_OFFSETS, Tag.STRIP_BYTE_COUNTS, Tag.TILE_OFFSETS, Tag.TILE_BYTE_COUNTS):
        if tag in directory.fields:
            changes[tag] = directory.integers(tag)[:parts]
    if _is_wide_negative(directory):
        changes[Tag.PHOTOMETRIC] = (_BLACK_IS_ZERO,)
    colours = directory.integers(Tag.COLOR_MAP)
    if colours and max(colours) <= 0xFF:
        changes[Tag.COLOR_MAP] = tuple(value * 0x101 for value in colours)
    changes[Tag.ICC_PROFILE] = None
    return directory.changed(changes)


def _bits(directory: Directory) -> int:
    return directory.integer(Tag.BITS_PER_SAMPLE, 1)


def _wide_planes(directory: Directory) -> bool:
    return directory.planes > 1 and _bits(directory) > 8


def _merged_mode(directory: Directory) -> str:
    """Return the mode of wide planes that are merged; empty for none that is supported."""
    if _bits(directory) != 16 or directory.integer(Tag.SAMPLE_FORMAT, _UNSIGNED) != _UNSIGNED:
        return ""
    kind = directory.integer(Tag.PHOTOMETRIC), directory.planes
    mode = _PLANAR_MODES.get(kind, "")
    if directory.integer(Tag.EXTRA_SAMPLES) == _ASSOCIATED:
        return mode.replace("A", "a")
    return mode


def _is_wide_negative(directory: Directory) -> bool:
    """Tell whether white is zero in samples that Pillow does not turn round."""
    photometric = directory.integer(Tag.PHOTOMETRIC)
    return photometric == _WHITE_IS_ZERO and _bits(directory) > 8


def _in_eight_bits(image: Image.Image, directory: Directory) -> Image.Image:
    """Scale wide and signed samples by the range of their format."""
    bits, kind = _bits(directory), directory.integer(Tag.SAMPLE_FORMAT, _UNSIGNED)
    if image.mode == "F":
        image = image.point(lambda sample: sample * 255 + 0.5).convert("L")
    elif image.mode == "I" and bits > 8:
        image = _upper_bytes(image, bits)
    elif image.mode.startswith("I;16"):
        image = _upper_bytes(image)
    if kind == _SIGNED:
        image = image.point([level ^ 0x80 for level in range(256)])
    return ImageChops.invert(image) if _is_wide_negative(directory) else image


def _upper_bytes(image: Image.Image, bits: int = 16) -> Image.Image:
    """Keep the upper byte of each sample."""
    samples = image.convert("I")
    upper = ImageMath.lambda_eval(
        lambda names: (names["samples"] >> (bits - 8)) & 0xFF, samples=samples
    )
    grey: Image.Image = upper.convert("L")
    return grey
