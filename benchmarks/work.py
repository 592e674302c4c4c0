"""Compare the weights of operations with the processor time that they take on this machine.

python -m benchmarks.work [--megapixels N]

For the slowest arguments of each operation it prints the time for a pixel as a share of its weight,
and for chains of operations that the limit of work just allows the seconds of one core. Exit status
1 if a chain takes `MAX_SECONDS` or more. Decoding and encoding are not part of the work.
"""

import argparse
import base64
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from darkroom.errors import OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.picture import Header, Output, Picture
from darkroom.imaging.plan import ProcessPlan, check_work
from darkroom.imaging.work import Shape, WorkSum
from darkroom.limits import Limits
from darkroom.process.grammar import MAX_PROCESS_BYTES, parse

FONTS = Path(__file__).parents[1] / "layers/fonts/fonts"

MAX_SECONDS = 5.0
"""Seconds of one core that the work of a process may take."""


def encoded(text: str) -> str:
    """Return a text as the value of a parameter."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


TEXT = encoded("W" * 64)

SLOWEST: Mapping[str, tuple[str, ...]] = {
    "resize": (
        "resize,p_99",
        "resize,m_pad,w_{less},h_{side}",
        "resize,m_fixed,w_{less},h_{side},limit_0/resize,m_fixed,w_{side},h_{side},limit_0",
    ),
    "crop": ("crop,x_1,y_1",),
    "indexcrop": ("indexcrop,y_{less}",),
    "circle": ("circle,r_4096",),
    "rounded-corners": ("rounded-corners,r_4096",),
    "rotate": ("rotate,1", "rotate,45", "rotate,90"),
    "blur": ("blur,r_1,s_1", "blur,r_2,s_50", "blur,r_5,s_2", "blur,r_20,s_3", "blur,r_50,s_50"),
    "bright": ("bright,9",),
    "contrast": ("contrast,-9",),
    "sharpen": ("sharpen,399",),
    "watermark": (
        f"watermark,text_{TEXT},size_1000,shadow_50,rotate_45,t_50,g_center",
        f"watermark,text_{TEXT},size_1000,fill_1,shadow_50,rotate_45,t_50",
        "watermark,text_aQ,size_1,fill_1,shadow_50,t_50",
        f"watermark,image_{encoded('mark')},fill_1,t_50",
    ),
}
"""The arguments of each pixel operation that take longest; `{side}` is that of the picture."""


def noise(mode: str, side: int) -> Image.Image:
    """Return noise, which no filter can skip; the alpha channel has every level."""
    bands = [Image.effect_noise((side, side), 200) for _ in mode]
    return Image.merge(mode, bands)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A picture in memory, with its file's header, and the object of a watermark."""

    image: Image.Image
    mark: bytes

    @property
    def header(self) -> Header:
        """The header of its file."""
        opaque = self.image.mode == "RGB"
        return Header(format="png", size=self.image.size, opaque=opaque)

    @property
    def output(self) -> Output:
        """The output's options."""
        return Output(format="png", alpha=True)

    def context(self) -> ProcessingContext:
        """Return a context with the default limit of work."""
        limits = Limits(rotated_side=30_000)
        return ProcessingContext(limits=limits, fonts=FONTS, load_watermark=lambda _key: self.mark)

    def steps(self, actions: str) -> list[PixelOperation]:
        """Compile actions."""
        operations = compile_operations(parse(f"image/{actions}").actions)
        return [step for step in operations if isinstance(step, PixelOperation)]

    def work(self, actions: str) -> int:
        """Return the declared work in nanoseconds."""
        header = self.header
        total = WorkSum()
        before = Shape(size=header.size, alpha=not header.opaque, keeps_alpha=True)
        for step in self.steps(actions):
            after = step.shape_after(before)
            if after is None:
                raise ValueError(f"{actions} does not fit the picture")
            step.add_work(total, before, after, self.context())
            before = after
        return total.nanoseconds

    def is_allowed(self, actions: str) -> bool:
        """Return whether the limits allow the actions, as they do for a request."""
        plan = ProcessPlan(steps=self.steps(actions), output=self.output, orientation=1)
        try:
            check_work(plan, self.header, self.context())
        except OssError:
            return False
        return True

    def seconds(self, actions: str) -> float:
        """Return the processor time of the actions."""
        context, steps = self.context(), self.steps(actions)
        picture = Picture(
            image=self.image, size=self.image.size, output=self.output, header=self.header
        )
        began = time.process_time()
        for step in steps:
            picture = step.apply(picture, context)
        return time.process_time() - began


def subjects(side: int) -> Iterator[Subject]:
    """Yield a picture without and one with transparency."""
    for mode in ("RGB", "RGBA"):
        image = noise(mode, side)
        output = Output(format="webp", alpha=True, quality=90)
        mark = FORMATS["webp"].write(image.resize((side // 2, side // 2)), output)
        yield Subject(image=image, mark=mark)


def cases(side: int) -> Iterator[tuple[str, str]]:
    """Yield each operation with its slowest arguments for a picture of this side."""
    for name, texts in SLOWEST.items():
        for text in texts:
            yield name, text.replace("{side}", str(side)).replace("{less}", str(side - 1))
    turned = encoded(f"mark?x-oss-process=image/resize,w_{side - 1},limit_0/rotate,44")
    yield "watermark", f"watermark,image_{turned}"


def repeated(subject: Subject, actions: str) -> str:
    """Return the longest repetition of actions that the limits allow; empty if none is."""
    chain = ""
    while len(longer := f"{chain}/{actions}".removeprefix("/")) < MAX_PROCESS_BYTES - 6:
        if not subject.is_allowed(longer):
            break
        chain = longer
    return chain


def measure(side: int, write: Callable[[str], object]) -> float:
    """Write the table and return the seconds of the slowest chain that is just allowed."""
    slowest = 0.0
    for subject in subjects(side):
        for name, actions in cases(side):
            chain = repeated(subject, actions)
            if not chain:
                continue
            seconds, work = subject.seconds(chain), subject.work(chain)
            slowest = max(slowest, seconds)
            share = 100 * seconds * 1e9 / work
            write(
                f"{name:16}{subject.image.mode:5}{chain.count(actions):4} x  "
                f"work {work // 1_000_000:5}  {seconds:5.2f} s  {share:4.0f} %  {actions[:60]}"
            )
    return slowest


def main() -> int:
    """Print the table; return 1 if a chain takes `MAX_SECONDS` or more."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=4.0, help="size of the picture")
    side = int((parser.parse_args().megapixels * 1_000_000) ** 0.5)
    slowest = measure(side, print)
    print(f"slowest {slowest:.2f} s of at most {MAX_SECONDS}")
    return 0 if slowest < MAX_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
