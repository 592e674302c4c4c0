"""TIFF: the first picture of a file, checked by its directory before it is decoded.

For kinds of pictures that Pillow decodes wrongly, Pillow receives another directory, or the file
is refused (C-180).
"""

from PIL import Image, ImageChops, ImageMath

from darkroom.errors import too_many
from darkroom.imaging.colour import to_srgb
from darkroom.imaging.decoder_errors import DECODER_ERRORS
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.formats.tiff_directory import MAX_STRIPS, Directory, Tag
from darkroom.imaging.picture import (
    NORMAL_ORIENTATION,
    Header,
    apply_orientation,
    swap_sides,
)
from darkroom.imaging.work import Weight

_COMPRESSIONS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34925, 50000})
"""Compressions that the decoder of this build has."""

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CMYK = 0, 1, 2, 5
_SENSOR = (32803, 34892)
"""CFA and LinearRaw: photometric interpretations of a camera's raw data."""

_UNSIGNED, _SIGNED = 1, 2
"""Sample formats."""

_COLOUR_MODES = {_BLACK_IS_ZERO: "L", _RGB: "RGB", _CMYK: "CMYK"}
"""Modes of the merged planes of a picture, by photometric interpretation."""

_ALPHA_LETTERS = {1: "a", 2: "A"}
"""The letter of a mode for alpha that colours are multiplied by, and for alpha that is separate."""

_WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
"""Modes with an alpha channel."""

_CR2 = b"\x10\0\0\0CR\2\0"
"""Bytes of a CR2 file after the mark of TIFF."""

_LARGER_TILE = 1024
"""A tile's side may be the picture's, rounded up to a multiple of this."""


class Tiff(PictureFormat, frozen=True, kw_only=True):
    """TIFF by libtiff, written with LZW (C-110); it is turned upright when it is decoded."""

    def read_header(self, data: bytes) -> Header:
        """Read the first picture's directory (C-122), which also serves as EXIF."""
        directory = Directory.read_first(data)
        self._check(directory, data)
        merged = _has_merged_planes(directory)
        try:
            head = self.open((directory.plane(0) if merged else _for_pillow(directory)).head())
        except DECODER_ERRORS as error:
            raise self.unsupported() from error
        size = directory.integer(Tag.WIDTH), directory.integer(Tag.LENGTH)
        return Header(
            format=self.name,
            size=swap_sides(size, _orientation(directory)),
            alpha=(_merged_mode(directory) if merged else head.mode) in _WITH_ALPHA,
            exif=data,
        )

    def _check(self, directory: Directory, data: bytes) -> None:
        """Raise `OssError` for unsupported pictures and for too many strips or tiles."""
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
        if _has_merged_planes(directory) and not _merged_mode(directory):
            raise self.unsupported()

    def decode_still(self, data: bytes, header: Header, reduction: int) -> Image.Image:
        """Decode to samples of eight bits and apply the orientation."""
        del header, reduction
        directory = Directory.read_first(data)
        if _has_merged_planes(directory):
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
        """Decode each plane as a grey picture, which Pillow reads correctly."""
        mode = _merged_mode(directory)
        planes = list[Image.Image]()
        for number in range(len(Image.new(mode, (1, 1)).getbands())):
            grey = directory.plane(number)
            plane = self.open(grey.file(data))
            plane.load()
            planes.append(_in_eight_bits(plane, grey))
        return Image.merge(mode, planes)

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:
        """Return the picture unchanged: `decode_still` converts it."""
        del data
        return image


TIFF = Tiff(
    name="tiff",
    pillow_name="TIFF",
    decoding_weight=15,
    encoding_weight=Weight(opaque=70, alpha=70),
    plugin="PIL.TiffImagePlugin",
    content_type="image/tiff",
    suffixes=("tif",),
    bytes_per_pixel=19,  # 16-bit grey
    signatures=(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    encoder_options={"compression": "tiff_lzw"},
    max_source_side=16_384,
    ec_source_side="0040-00000018",
)


def _is_camera_file(directory: Directory, data: bytes) -> bool:
    """Return whether the file has a camera's raw data, of which Pillow decodes a thumbnail."""
    if data.startswith(_CR2, 4) or Tag.DNG_VERSION in directory.fields:
        return True
    directories = (directory, *directory.sub_directories(data))
    return any(each.integer(Tag.PHOTOMETRIC) in _SENSOR for each in directories)


def _check_tiles(directory: Directory) -> None:
    """Raise `OssError` for tiles larger than the picture: decoders allocate a whole tile."""
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
    """Return the directory with corrections for fields that Pillow misinterprets."""
    parts = directory.parts * directory.planes
    changes = dict[Tag, tuple[int, ...] | None]()
    for tag in (Tag.STRIP_OFFSETS, Tag.STRIP_BYTE_COUNTS, Tag.TILE_OFFSETS, Tag.TILE_BYTE_COUNTS):
        if tag in directory.fields:
            changes[tag] = directory.integers(tag)[:parts]
    if directory.planes == 1:
        # Pillow reads narrow samples of a single plane as bytes.
        changes[Tag.PLANAR_CONFIGURATION] = (1,)
    if directory.order == ">" and _bits(directory) == 32 and _sample_format(directory) == _UNSIGNED:
        # Pillow reads signed samples of 32 bits in this byte order, but no unsigned ones.
        changes[Tag.SAMPLE_FORMAT] = (_SIGNED,)
    if _is_wide_negative(directory):
        changes[Tag.PHOTOMETRIC] = (_BLACK_IS_ZERO,)
    colours = directory.integers(Tag.COLOR_MAP)
    if colours and max(colours) <= 0xFF:
        changes[Tag.COLOR_MAP] = tuple(value * 0x101 for value in colours)
    changes[Tag.ICC_PROFILE] = None
    return directory.changed(changes)


def _bits(directory: Directory) -> int:
    return directory.integer(Tag.BITS_PER_SAMPLE, 1)


def _sample_format(directory: Directory) -> int:
    return directory.integer(Tag.SAMPLE_FORMAT, _UNSIGNED)


def _has_merged_planes(directory: Directory) -> bool:
    """Return whether the planes are decoded one by one.

    Pillow reads 16-bit samples of planes as 8-bit, and no planes of grey or of associated alpha.
    """
    return directory.planes > 1 and (_bits(directory) > 8 or Tag.EXTRA_SAMPLES in directory.fields)


def _merged_mode(directory: Directory) -> str:
    """Return the mode of the merged planes, empty for an unsupported combination."""
    if _sample_format(directory) != _UNSIGNED:
        return ""
    mode = _COLOUR_MODES.get(directory.integer(Tag.PHOTOMETRIC), "")
    colours = 1 if mode == "L" else len(mode)
    if _bits(directory) not in (8, 16) or directory.planes < colours:
        return ""
    letter = _ALPHA_LETTERS.get(directory.integer(Tag.EXTRA_SAMPLES), "")
    if directory.planes == colours or not letter:
        return mode
    return mode + letter if mode in ("L", "RGB") else ""


def _is_wide_negative(directory: Directory) -> bool:
    """Return whether zero is white in samples that Pillow does not invert."""
    photometric = directory.integer(Tag.PHOTOMETRIC)
    return photometric == _WHITE_IS_ZERO and _bits(directory) > 8


def _in_eight_bits(image: Image.Image, directory: Directory) -> Image.Image:
    """Scale samples of any sample format to eight bits, by the format's range."""
    bits = _bits(directory)
    if image.mode == "F":
        image = image.point(lambda sample: sample * 255 + 0.5).convert("L")
    elif image.mode.startswith("I") and bits > 8:
        image = _upper_bytes(image, bits)
    if _sample_format(directory) == _SIGNED:
        image = image.point([level ^ 0x80 for level in range(256)])
    return ImageChops.invert(image) if _is_wide_negative(directory) else image


def _upper_bytes(image: Image.Image, bits: int) -> Image.Image:
    """Return the upper byte of each sample of so many bits."""
    samples = image.convert("I")
    upper = ImageMath.lambda_eval(
        lambda names: (names["samples"] >> (bits - 8)) & 0xFF, samples=samples
    )
    grey: Image.Image = upper.convert("L")
    return grey
