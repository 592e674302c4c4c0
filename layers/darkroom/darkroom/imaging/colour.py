"""Every source colour space → 8-bit sRGB; grey stays grey (spec 03 §4)."""

import io
from functools import lru_cache

from PIL import Image, ImageChops, ImageCms

from darkroom.imaging.decoder_errors import DECODER_ERRORS

WORKING_MODES = frozenset({"L", "LA", "RGB", "RGBA"})
"""The modes that operations and encoders take."""

MAX_CACHED_PROFILE_BYTES = 1_048_576
"""Size up to which a profile's transform is cached."""

_INVISIBLE = 3
"""Levels by which the transform of an sRGB profile may differ from the identity."""

_PROFILE_MODES = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}
"""Pillow's mode for the pixels of each ICC colour space."""


def to_srgb(image: Image.Image) -> Image.Image:
    """Convert to a working mode through the embedded profile (C-114, C-115, C-117)."""
    profile = image.info.get("icc_profile")
    transform = _transform_to_srgb(profile) if profile else None
    return _to_working_mode(image) if transform is None else _apply_profile(transform, image)


def changes_colours(image: Image.Image) -> bool:
    """Return whether `to_srgb` converts the colours through the embedded profile."""
    profile = image.info.get("icc_profile")
    return profile is not None and _transform_to_srgb(profile) is not None


def _to_working_mode(image: Image.Image) -> Image.Image:
    """Convert to a working mode, taking the samples as sRGB."""
    transparent = image.mode in ("PA", "La", "RGBa") or "transparency" in image.info
    if image.mode in WORKING_MODES and not transparent:
        return image
    if image.mode == "I" or image.mode.startswith("I;16"):
        # `convert` clips at 255; dividing first keeps the upper byte of each sample.
        return image.convert("I").point(lambda sample: sample / 256).convert("L")
    if image.mode in ("1", "F", "L", "La"):
        return image.convert("LA" if transparent else "L")
    return image.convert("RGBA" if transparent else "RGB")


def _apply_profile(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    """Convert the colours and leave the alpha unchanged.

    A profile for another colour space than that of the pixels is ignored, as viewers do.
    """
    plain = image if image.mode == "CMYK" else _to_working_mode(image)
    mode = transform.input_mode
    if plain.mode not in (mode, mode + "A"):
        return _to_working_mode(plain)
    alpha = plain.getchannel("A") if plain.mode != mode else None
    converted = transform.apply(plain if alpha is None else plain.convert(mode))
    if mode == "L":
        converted = converted.getchannel("R")
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _transform_to_srgb(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Return the transform, or None where the profile is sRGB or unusable.

    Profiles with lookup tables take tens of milliseconds to prepare, so the last few transforms
    are cached, except those of very large profiles, to save memory.
    """
    return (
        cached_transform(profile)
        if len(profile) <= MAX_CACHED_PROFILE_BYTES
        else _build_transform(profile)
    )


@lru_cache(maxsize=8)
def cached_transform(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Return the transform of a profile, or None; the last eight are cached."""
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
    """Return whether a transform is the identity on sample colours: its profile is sRGB (C-181)."""
    if transform.input_mode == "CMYK":
        return False
    samples = _SAMPLES.convert(transform.input_mode)
    difference = ImageChops.difference(transform.apply(samples), samples.convert("RGB"))
    return max(difference.convert("RGB").tobytes()) <= _INVISIBLE


def _sample_colours() -> Image.Image:
    """Return a picture of every colour of six levels a channel, and of greys."""
    levels = range(0, 256, 51)
    colours = [bytes((r, g, b)) for r in levels for g in levels for b in levels]
    colours += [bytes((level, level, level)) for level in range(0, 256, 17)]
    return Image.frombytes("RGB", (len(colours), 1), b"".join(colours))


_SAMPLES = _sample_colours()
