"""Every source colour space → 8-bit sRGB, grey kept grey (spec 03 §4)."""

import io
from functools import lru_cache

from PIL import Image, ImageChops, ImageCms

from darkroom.imaging.decoder_errors import DECODER_ERRORS

WORKING_MODES = frozenset({"L", "LA", "RGB", "RGBA"})
"""The modes that operations and encoders see."""

MAX_CACHED_PROFILE_BYTES = 1_048_576
"""Bytes of a profile that is kept for the next picture."""

_INVISIBLE = 3
"""Levels by which two writings of the same profile may differ."""

_PROFILE_MODES = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}
"""Pixels that a profile of each colour space describes."""


def to_srgb(image: Image.Image) -> Image.Image:
    """Convert to one of the direct modes, through the embedded profile (C-114, C-115, C-117)."""
    profile = image.info.get("icc_profile")
    transform = _transform_to_srgb(profile) if profile else None
    return _to_working_mode(image) if transform is None else _apply_profile(transform, image)


def _to_working_mode(image: Image.Image) -> Image.Image:
    """Convert to a direct mode as if the samples were sRGB already."""
    transparent = image.mode in ("PA", "La", "RGBa") or "transparency" in image.info
    if image.mode in WORKING_MODES and not transparent:
        return image
    if image.mode == "I" or image.mode.startswith("I;16"):
        # `convert` clips at 255: divide, so that the upper byte of each sample is kept.
        return image.convert("I").point(lambda sample: sample / 256).convert("L")
    if image.mode in ("1", "F", "L", "La"):
        return image.convert("LA" if transparent else "L")
    return image.convert("RGBA" if transparent else "RGB")


def _apply_profile(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    """Convert colour and leave transparency as it is.

    A profile of another colour space than the pixels' is ignored, as viewers do.
    """
    plain = image if image.mode == "CMYK" else _to_working_mode(image)
    described = transform.input_mode
    if plain.mode not in (described, described + "A"):
        return _to_working_mode(plain)
    alpha = plain.getchannel("A") if plain.mode != described else None
    converted = transform.apply(plain if alpha is None else plain.convert(described))
    if described == "L":
        converted = converted.getchannel("R")
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _transform_to_srgb(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Give the transform, or none where the profile is sRGB itself or of no use.

    Table profiles take tens of milliseconds to prepare, so the last few are kept; but not
    those of many megabytes, which the next picture would miss in its memory.
    """
    return (
        cached_transform(profile)
        if len(profile) <= MAX_CACHED_PROFILE_BYTES
        else _build_transform(profile)
    )


@lru_cache(maxsize=8)
def cached_transform(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Build the transform, unless it is at hand."""
    return _build_transform(profile)


def _build_transform(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _PROFILE_MODES[opened.profile.xcolor_space]
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        intent = ImageCms.Intent.PERCEPTUAL
        transform = ImageCms.ImageCmsTransform(opened, srgb, mode, "RGB", intent)
    except (*DECODER_ERRORS, ImageCms.PyCMSError):
        return None
    return None if _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Tell by a few colours whether a profile is sRGB, whatever it is called (C-181)."""
    if transform.input_mode == "CMYK":
        return False
    samples = _SAMPLES.convert(transform.input_mode)
    difference = ImageChops.difference(transform.apply(samples), samples.convert("RGB"))
    return all(most <= _INVISIBLE for _, most in difference.getextrema())


def _sample_colours() -> Image.Image:
    """Draw every colour of six levels a channel, and greys."""
    levels = range(0, 256, 51)
    colours = [bytes((r, g, b)) for r in levels for g in levels for b in levels]
    colours += [bytes((level, level, level)) for level in range(0, 256, 17)]
    return Image.frombytes("RGB", (len(colours), 1), b"".join(colours))


_SAMPLES = _sample_colours()
