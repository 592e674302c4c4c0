"""The limit of work: computed from the header, before a pixel is decoded (decision 140)."""

import io
import random
import re
import time
from functools import partial
from urllib.parse import unquote

import pytest
from msgspec.structs import replace
from PIL import Image

from benchmarks.work import MAX_SECONDS, cases, repeated, subjects
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operation import Operation, PixelOperation, Report
from darkroom.imaging.operations import OPERATIONS, compile_operations
from darkroom.imaging.picture import Header
from darkroom.imaging.pipeline import run
from darkroom.imaging.plan import check_work, plan_process
from darkroom.imaging.work import Weight
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from tests.conftest import data_folder
from tests.pictures import photographic, processed, shown, stored
from tests.unit.operations.watermark.marking import FONTS, reference, written

PHOTOGRAPH = Header(format="jpg", size=(6000, 4000), opaque=True, quality=90)
"""A photograph of 24 megapixels."""

LOGO = stored(Image.new("RGBA", (600, 300), "red"))

COMMON = [
    "resize,m_lfit,h_800,w_800/quality,q_90",
    "blur,r_50,s_50/quality,q_1/resize,m_mfit,h_200,w_200",
    f"crop,nw/sharpen,100/watermark,{reference('logo')},t_90,g_center,x_10,y_10",
    "resize,w_200,m_fill/rounded-corners,r_100/format,png/sharpen,100",
    f"auto-orient,1/quality,q_80/watermark,{written('examplephoto')},size_40,shadow_70,t_74",
    f"watermark,{reference('logo')},g_se,P_20/watermark,{written('时间')},size_25,shadow_80",
    "resize,m_lfit,h_5000,w_5000,limit_0",
    "circle,r_66",
    "rounded-corners,r_30/format,png",
    "bright,50/contrast,-50/sharpen,100",
    f"watermark,{written('Hello')},fill_1,rotate_30,padx_100",
    "rotate,90/resize,w_1000/rotate,33",
]
"""Processes of public pages, the heaviest among them."""


def compiled(actions: str) -> tuple[Operation, ...]:
    """Return the operations of a process."""
    return compile_operations(parse(f"image/{actions}").actions)


def context(mark: bytes = LOGO, limits: Limits | None = None) -> ProcessingContext:
    """Return a context whose watermark objects are all the same."""
    return ProcessingContext(
        limits=limits or Limits(), load_watermark=lambda _key: mark, fonts=FONTS
    )


def work_error(
    actions: str, header: Header = PHOTOGRAPH, mark: bytes = LOGO, limits: Limits | None = None
) -> OssError | None:
    """Return the error of the check, if it raises one."""
    with_mark = context(mark, limits)
    plan = plan_process(header, compiled(actions), with_mark.limits, upright=True)
    try:
        check_work(plan, header, with_mark)
    except OssError as error:
        return error
    return None


def test_every_pixel_operation_and_every_encoder_has_a_weight() -> None:
    """Transparency never takes less time than none."""
    for operation in OPERATIONS.values():
        if issubclass(operation, PixelOperation):
            assert isinstance(operation.weight, Weight), operation.name
            assert 0 < operation.weight.opaque <= operation.weight.alpha, operation.name
    for picture_format in FORMATS.values():
        weight = picture_format.encoding_weight
        assert 0 < weight.opaque <= weight.alpha, picture_format.name


@pytest.mark.parametrize("actions", COMMON, ids=[actions[:40] for actions in COMMON])
def test_common_processes_of_a_photograph_are_far_below_the_limit(actions: str) -> None:
    """On 24 megapixels they take less than three quarters of the limit."""
    limits = replace(Limits(), work=3000, rotated_side=30_000)
    assert work_error(actions, limits=limits) is None


def test_the_processes_of_public_code_are_allowed_on_a_photograph() -> None:
    """Every value that is answered, on 24 megapixels; no other limit counts."""
    listed = data_folder().parent / "traffic.txt"
    if not listed.is_file():
        pytest.skip("needs traffic.txt: set DARKROOM_TEST_DATA to a folder that is next to it")
    rows = (line.split("\t") for line in listed.read_text().splitlines() if line[:1] != "#")
    values = [unquote(row[1].strip()) for row in rows if row[0] == "answer"]
    checked = 0
    for value in values:
        operations = compile_or_none(value)
        if operations is None or any(isinstance(each, Report) for each in operations):
            continue
        limits = replace(Limits(), rotated_side=30_000, result_pixels=24_000_000)
        plan = plan_process(PHOTOGRAPH, operations, limits, upright=True)
        check_work(plan, PHOTOGRAPH, context(limits=limits))
        checked += 1
    assert checked >= len(values) * 3 // 4


def compile_or_none(value: str) -> tuple[Operation, ...] | None:
    """Compile a value, or return None for one that this version refuses."""
    try:
        return compile_operations(parse(value).actions)
    except OssError:
        return None


MARK_STEPS = "/".join(["resize,w_4096,h_4096,m_fixed,limit_0", "resize,w_1,h_1,m_fixed"] * 14)
MANY_MARKS = "/".join(
    f"watermark,{reference('logo', f'resize,w_{4000 + n},limit_0')},x_0" for n in range(28)
)
TOO_MUCH = {
    "blur": "/".join(["blur,r_50,s_50"] * 100),
    "sharpen": "/".join(["sharpen,100"] * 200),
    "rotate": "/".join(["rotate,44/crop,w_4096,h_4096,g_center"] * 60),
    "resize": "/".join(
        ["resize,m_fixed,limit_0,w_16000,h_1000/resize,m_fixed,limit_0,w_1000,h_16000"] * 30
    ),
    "tone": "/".join(["bright,5/contrast,5"] * 130),
    "corners": "/".join(["rounded-corners,r_4096"] * 80),
    "texts": "/".join(f"watermark,{written('W' * 64)},size_{900 + n},rotate_45" for n in range(30)),
    "marks": MANY_MARKS,
    "steps of a mark": f"watermark,{reference('logo', MARK_STEPS)}",
}
"""Processes of 4 KB that took between 11 and 28 seconds."""


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_process_over_the_limit_names_the_sum_and_the_limit(name: str) -> None:
    """Refused as BadRequest at 4096 x 4096, with transparency and without."""
    for header in (
        Header(format="png", size=(4096, 4096)),
        Header(format="jpg", size=(4096, 4096), opaque=True),
    ):
        refused = work_error(TOO_MUCH[name], header)
        assert refused is not None
        assert refused.code is Code.BAD_REQUEST
        sums = re.findall(r"[0-9]+", refused.message)
        assert int(sums[0]) > int(sums[1]) == Limits().work


def test_the_check_precedes_decoding() -> None:
    """A picture without pixels is refused for its work, not as damaged; in all targets of a job."""
    whole = io.BytesIO()
    Image.new("RGB", (4096, 4096)).save(whole, "PNG", compress_level=1)
    broken = whole.getvalue()[:200]
    with pytest.raises(OssError) as refused:
        run(broken, compiled(TOO_MUCH["blur"]), context())
    assert refused.value.code is Code.BAD_REQUEST
    with pytest.raises(OssError) as damaged:
        run(broken, compiled("blur,r_3,s_3"), context())
    assert damaged.value.code is Code.IMAGE_DAMAGE


def test_the_limit_is_inclusive() -> None:
    """A process passes at its own sum and is refused one below it."""
    header = Header(format="png", size=(1000, 1000), opaque=True)
    refused = work_error("sharpen,100", header, limits=replace(Limits(), work=1))
    assert refused is not None
    total = int(re.findall(r"[0-9]+", refused.message)[0])
    assert total == 56  # one megapixel of weight 55, and the step itself
    assert work_error("sharpen,100", header, limits=replace(Limits(), work=total)) is None
    assert work_error("sharpen,100", header, limits=replace(Limits(), work=total - 1))
    assert work_error("sharpen,100", header, limits=replace(Limits(), work=None)) is None


def test_every_frame_of_an_animation_counts() -> None:
    """Also tiny ones: each step costs something whatever its size."""
    tiny = Header(format="gif", size=(4, 4), frames=9999)
    marked = f"watermark,{written('a')},size_8"
    assert work_error(marked, tiny) is None
    assert work_error(f"{marked}/{marked}", tiny)
    assert work_error(f"{marked}/{marked}/format,jpg", tiny) is None


def test_a_thumbnail_of_a_large_photograph_is_allowed() -> None:
    """A JPEG is decoded at reduced scale, and only those pixels count."""
    assert work_error("resize,w_200", replace(PHOTOGRAPH, size=(16_000, 15_000))) is None
    assert work_error("resize,w_200", Header(format="png", size=(10_000, 10_000))) is None


def test_the_picture_between_the_two_passes_of_a_resize_counts() -> None:
    """16 megapixels of 1000 x 16000 become 16000 x 1000 by way of 256 megapixels."""
    tall = Header(format="jpg", size=(1000, 16_000), opaque=True)
    assert work_error("resize,m_fixed,w_16000,h_1000,limit_0", tall)
    assert work_error("resize,m_fixed,w_1000,h_1000", tall) is None


def test_a_process_that_fails_at_a_step_counts_up_to_it() -> None:
    """A rectangle outside the picture has its own error."""
    with pytest.raises(OssError) as refused:
        processed(stored(photographic((40, 30))), "image/crop,x_50/blur,r_9,s_9", context())
    assert refused.value.message == "Advance cut's position is out of image."


def test_a_mark_that_cannot_be_read_is_refused_with_its_key() -> None:
    """Before the picture is decoded, with the error that drawing it would raise."""
    refused = work_error(f"watermark,{reference('logo')}", mark=b"no picture")
    assert refused is not None
    assert refused.code is Code.WATERMARK_ERROR
    assert "logo" in refused.message


class Countdown:
    """A clock on which each call takes one second."""

    def __init__(self, left: float) -> None:
        """Set the seconds before the first call."""
        self.left = left

    def remaining(self) -> float:
        """Return the remaining seconds."""
        self.left -= 1
        return self.left


def test_the_deadline_is_checked_between_the_steps_of_a_mark() -> None:
    """Each of ten steps checks it."""
    steps = "/".join(["rotate,90"] * 10)
    for left, enough in ((8, False), (20, True)):
        timed = replace(context(), remaining=Countdown(left).remaining)
        actions = f"image/watermark,{reference('logo', steps)}"
        if enough:
            processed(stored(photographic((40, 30))), actions, timed)
            continue
        with pytest.raises(OssError) as late:
            processed(stored(photographic((40, 30))), actions, timed)
        assert late.value.code is Code.SERVICE_UNAVAILABLE


@pytest.mark.parametrize("name", ["heic", "avif", "png", "webp"])
def test_an_encoder_starts_only_if_it_ends_before_the_deadline(name: str) -> None:
    """An encoder cannot be interrupted, so its own time must remain."""
    picture = stored(Image.new("RGB", (1000, 1000)))
    needed = FORMATS[name].encoding_seconds(Image.new("RGB", (1000, 1000)))
    assert needed > 0.1
    for left, enough in ((needed * 0.9, False), (needed + 5, True)):
        timed = replace(context(), remaining=partial(float, left))
        if enough:
            result = processed(picture, f"image/format,{name}/quality,q_1", timed)
            assert shown(result).size == (1000, 1000)
            continue
        with pytest.raises(OssError) as late:
            processed(picture, f"image/format,{name}/quality,q_1", timed)
        assert late.value.code is Code.SERVICE_UNAVAILABLE


@pytest.mark.slow
def test_what_is_just_allowed_takes_less_than_five_seconds_of_a_core() -> None:
    """The longest chain of each operation at its slowest arguments, on a megapixel."""
    for subject in subjects(1000):
        for name, actions in cases(1000):
            chain = repeated(subject, actions)
            seconds = subject.seconds(chain) if chain else 0
            assert seconds < MAX_SECONDS, (name, subject.image.mode, actions)


def test_random_cascades_take_no_longer_than_their_work() -> None:
    """The declared work of random cascades bounds their processor time; a tenth may be noise."""
    chance = random.Random(12)
    (subject, transparent) = subjects(600)
    choices = [actions for _, actions in cases(600) if not actions.startswith("watermark,image")]
    total = spent = 0.0
    for _ in range(3):
        actions = "/".join(chance.sample(choices, 3))
        for each in (subject, transparent):
            try:
                total += each.work(actions) / 1e9
            except ValueError:
                continue
            began = time.process_time()
            each.seconds(actions)
            spent += time.process_time() - began
    assert 0 < spent < total * 1.1
