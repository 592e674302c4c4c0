"""Readers of pictures that share no code with the pipeline: libvips and ImageMagick."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from PIL import Image, ImageCms

MAX_SECONDS = 50
"""Of ImageMagick for one file; less than the time of the child process that starts it."""

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The first frame of a file: 8 bits, in sRGB, with its orientation applied."""

    image: Image.Image
    warning: str | None = None
    """Message of the reader about a part of the file that it skipped or replaced."""


type Reader = Callable[[Path], Reading]
"""Reads a file, or raises any exception; picklable, since a child process calls it."""


def find_readers() -> Mapping[str, Reader]:
    """Return the readers that this machine has, by name and version."""
    return dict([*_find_pyvips(), *_find_imagemagick()])


def _find_pyvips() -> Iterator[tuple[str, Reader]]:
    try:
        import pyvips  # noqa: PLC0415 - not a requirement
    except (ImportError, OSError):
        return
    version = ".".join(str(pyvips.version(part)) for part in range(3))
    yield f"libvips {version}", read_with_pyvips


def _find_imagemagick() -> Iterator[tuple[str, Reader]]:
    """Yield the first program that is ImageMagick by its own account."""
    for name in ("magick", "convert"):
        program = shutil.which(name)
        if program is None:
            continue
        described = subprocess.run(  # noqa: S603 - a program of PATH
            [program, "-version"], capture_output=True, text=True, check=False
        ).stdout
        if described.startswith("Version: ImageMagick"):
            yield " ".join(described.split()[1:3]), ImageMagick(program=program)
            return


def read_with_pyvips(path: Path) -> Reading:
    """Read a file with libvips, if necessary without the parts that libvips warns of."""
    import pyvips  # noqa: PLC0415 - not a requirement

    data = path.read_bytes()
    try:
        return Reading(image=_vips_picture(data, "warning"))
    except pyvips.Error as error:
        return Reading(image=_vips_picture(data, "none"), warning=_last_line(str(error)))


def _vips_picture(data: bytes, fail_on: str) -> Image.Image:
    import pyvips  # noqa: PLC0415 - not a requirement

    stored = pyvips.Image.new_from_buffer(data, "", fail_on=fail_on)
    image = _vips_srgb(stored.autorot())
    if image.format != "uchar":
        image = image.cast("uchar")
    if image.bands not in _MODES:
        image = image[:3]
    size = image.width, image.height
    return Image.frombytes(_MODES[image.bands], size, image.write_to_memory())


def _vips_srgb(image: Any) -> Any:
    import pyvips  # noqa: PLC0415 - not a requirement

    if image.get_typeof("icc-profile-data"):
        try:
            return image.icc_transform("srgb", embedded=True, depth=8).copy_memory()
        except pyvips.Error:  # the profile is damaged or of another colour space
            pass
    return image.colourspace("srgb")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageMagick:
    """ImageMagick's command line."""

    program: str

    def __call__(self, path: Path) -> Reading:
        """Read a file through standard input, where no name is taken for an option or pattern.

        An embedded profile is applied first, which leaves nothing for the second conversion.
        """
        with NamedTemporaryFile(suffix=".icc") as profile:
            profile.write(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
            profile.flush()
            convert = ["-auto-orient", "-profile", profile.name, "-colorspace", "sRGB"]
            done = subprocess.run(  # noqa: S603 - a program of PATH
                [self.program, "-[0]", *convert, "-strip", "-depth", "8", "png:-"],
                input=path.read_bytes(),
                capture_output=True,
                timeout=MAX_SECONDS,
                check=False,
            )
        message = _without_paths(_last_line(done.stderr.decode(errors="replace")))
        if not done.stdout:
            raise ValueError(message or "no picture")
        with Image.open(BytesIO(done.stdout)) as image:
            return Reading(image=image.convert("RGBA"), warning=message or None)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def _without_paths(message: str) -> str:
    """Return a message of ImageMagick without its program and its temporary file."""
    return re.sub(r"^\S+: | `[^']*'.*", "", message)
