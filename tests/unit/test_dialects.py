"""Words of other clouds, translated into those of OSS (spec 07 §2, decision 013)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.errors import Code, OssError
from darkroom.imaging.operations import canonical_process, compile_operations
from darkroom.process.dialects import DIALECTS, PROCESS_PARAMETERS
from darkroom.process.dialects.huawei_obs import GRAVITIES
from darkroom.process.grammar import MAX_PROCESS_BYTES, PROCESS, Process, parse
from darkroom.process.parameters import decode_base64, encode_base64


def translated(parameter: str, value: str) -> Process:
    """Read a value of the bucket `pictures`."""
    return DIALECTS[parameter].parse(value, parameter=parameter, bucket="pictures")


def refusal(parameter: str, value: str) -> OssError:
    """Return the error of a value, raised by the translation or by the operations."""
    with pytest.raises(OssError) as caught:
        compile_operations(translated(parameter, value).actions)
    return caught.value


def test_a_name_has_one_dialect() -> None:
    """The table lists every parameter of every dialect, and not that of OSS."""
    by_service = {dialect.service: dialect for dialect in DIALECTS.values()}
    names = [name for dialect in by_service.values() for name in dialect.parameters]
    assert names == list(DIALECTS)
    assert (PROCESS, *names) == PROCESS_PARAMETERS


@pytest.mark.parametrize("parameter", DIALECTS)
@pytest.mark.parametrize(
    "actions",
    [
        "resize,w_100,h_50,m_fill/rotate,90/format,webp/quality,q_80",
        "info",
        "crop,w_10,h_10/blur,r_3,s_2//circle,r_9/",
        "auto-orient",
    ],
)
def test_what_all_services_have_in_common_is_not_changed(parameter: str, actions: str) -> None:
    """A dialect translates its own words only."""
    prefix = DIALECTS[parameter].prefix
    value = f"image/{actions}".removeprefix(prefix)
    assert translated(parameter, value) == parse(f"image/{actions}")


TRANSLATED = {
    "x-tos-process": {
        "image/format,webp,q_85": "image/format,webp/quality,q_85",
        "image/format,jpg,Q_60/resize,w_9": "image/format,jpg/quality,Q_60/resize,w_9",
        "image/format,png": "image/format,png",
        "style/small": "style/small",
    },
    "x-amz-process": {"image/quality,Q_80/format,webp": "image/quality,Q_80/format,webp"},
    "x-zos-process": {"style/small": "style/small"},
    "image_process": {
        "resize,fw_300,fh_200": "image/resize,m_fixed,w_300,h_200",
        "resize,fh_200,fw_300,w_9,limit_0": "image/resize,m_fixed,w_300,h_200",
        "resize,fw_7": "image/resize,m_fixed,w_7",
        "resize,w_300,limit_0": "image/resize,w_300",
        "resize,w_200/rotate,90/format,webp": "image/resize,w_200/rotate,90/format,webp",
        "auto-orient/resize,p_50": "image/auto-orient/resize,p_50",
    },
    "x-image-process": {
        "image/crop,w_9,g_br,h_8": "image/crop,w_9,h_8,g_se",
        "image/crop,g_nonsense,g_top": "image/crop,g_north",
        "image/crop,w_9": "image/crop,w_9",
        "image/watermark,text_YQ": "image/watermark,text_YQ,g_nw",
        "image/watermark,text_YQ,g_left": "image/watermark,text_YQ,g_west",
        "image/flip,horizontal": "image/flip,1",
        "image/flip,vertical": "image/flip,0",
        "image/rounded-corners,r_100": "image/rounded-corners,r_100",
        "image/rounded-corners,rx_9,ry_9": "image/rounded-corners,r_9",
        "image/rounded-corners,r_25p": "image/elliptical-corners,x_25p,y_25p",
        "image/rounded-corners,ry_9,rx_10p": "image/elliptical-corners,x_10p,y_9",
        "image/imageslim": "image/quality,q_75",
        "image/imageslim/format,jpg": "image/quality,q_75/format,jpg",
        "image/format,png/format,jpeg/imageslim": "image/format,png/format,jpeg/quality,q_75",
        "image/resize,w_9/imageslim/format,webp": "image/resize,w_9/format,webp",
        "style/small": "style/small",
    },
}


@pytest.mark.parametrize(
    ("parameter", "value", "canonical"),
    [
        pytest.param(parameter, value, canonical, id=f"{parameter}={value}")
        for parameter, values in TRANSLATED.items()
        for value, canonical in values.items()
    ],
)
def test_the_words_of_a_dialect(parameter: str, value: str, canonical: str) -> None:
    """Each has its words for those of OSS."""
    assert translated(parameter, value) == parse(canonical)


def test_every_gravity_has_a_word() -> None:
    """The nine of Huawei OBS are the nine of OSS, row by row."""
    assert list(GRAVITIES.values()) == [
        *("nw", "north", "ne", "west", "center", "east", "sw", "south", "se")
    ]


REFUSED = {
    ("x-tos-process", "resize,w_9"): "resize,w_9 of parameter: x-tos-process is invalid",
    ("x-tos-process", "image/format,webp,q_101"): "101 of parameter: q is invalid",
    ("x-amz-process", "image/resize,w_9|sys/x|y"): "y of parameter: x-amz-process is invalid",
    ("x-zos-process", "image/slim"): "The action: slim is not supported.",
    ("image_process", "image/resize,w_9"): "The action: image is not supported.",
    ("image_process", "style/small"): "The action: style is not supported.",
    ("image_process", "resize,fw_0"): "0 of parameter: fw is invalid.reason:Value must be between",
    ("image_process", "resize,fw_9,fh_a"): "a of parameter: fh is invalid.reason:Value must be di",
    ("image_process", "resize"): "The value of parameter: w, h, l, s or p is required",
    ("x-image-process", "image/crop,g_nw"): "nw of parameter: g is invalid.reason:Value must be "
    "one of tl, top, tr, left, center, right, bl, bottom, br",
    ("x-image-process", "image/flip,1"): "1 of parameter: flip is invalid.reason:Value must be "
    "one of horizontal, vertical",
    ("x-image-process", "image/rounded-corners,r_51p"): "51p of parameter: r is invalid.reason:"
    "Value must be between 1 and 4096, or between 1p and 50p",
    ("x-image-process", "image/rounded-corners,rx_0,ry_1"): "0 of parameter: rx is invalid",
    ("x-image-process", "image/rounded-corners,rx_1"): "The value of parameter: ry is required.",
    ("x-image-process", "image/rounded-corners,ry_1"): "The value of parameter: rx is required.",
    ("x-image-process", "image/rounded-corners"): "The value of parameter: r is required.",
    ("x-image-process", "image/rounded-corners,r_9,rx_9"): "9 of parameter: r is invalid.reason:"
    "Value must not be given together with rx and ry",
}


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [pytest.param(*written, message, id="=".join(written)) for written, message in REFUSED.items()],
)
def test_an_error_has_the_words_that_were_written(parameter: str, value: str, message: str) -> None:
    """Parameter, value and range are named as the service of the dialect names them."""
    assert message in refusal(parameter, value).message


@pytest.mark.parametrize("parameter", DIALECTS)
def test_the_length_is_that_of_the_written_value(parameter: str) -> None:
    """A prefix that the dialect leaves out does not count (C-06)."""
    value = "image/resize,w_10,".removeprefix(DIALECTS[parameter].prefix)
    longest = value.ljust(MAX_PROCESS_BYTES, ",")
    assert translated(parameter, longest) == parse("image/resize,w_10")
    assert refusal(parameter, longest + ",").ec == "0017-00000288"


@pytest.mark.parametrize("parameter", DIALECTS)
def test_a_mark_is_prepared_in_the_same_dialect(parameter: str) -> None:
    """The key of a mark may have a process under the parameter of its dialect."""
    dialect = DIALECTS[parameter]
    steps = "image/resize,P_30".removeprefix(dialect.prefix)
    mark = encode_base64(f"panda.png?{parameter}={steps}")
    value = f"image/watermark,text_YQ,image_{mark}".removeprefix(dialect.prefix)
    (action,) = translated(parameter, value).actions
    written = dict(argument.split("_", 1) for argument in action.arguments)
    assert decode_base64(written["image"]) == "panda.png?x-oss-process=image/resize,P_30"
    assert written["text"] == "YQ"


def test_the_preparation_of_a_mark_is_refused_in_its_words() -> None:
    """Its errors have the words of the dialect, too."""
    mark = encode_base64("panda.png?x-image-process=image/crop,g_nw")
    error = refusal("x-image-process", f"image/watermark,image_{mark}")
    assert "nw of parameter: g is invalid.reason:Value must be one of tl, top" in error.message


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("pictures/logo.png", "logo.png"),
        (
            "pictures/a/logo.png?x-image-process=image/rotate,90",
            "a/logo.png?x-oss-process=image/ro",
        ),
        ("others/logo.png", "others/logo.png"),
        ("logo.png", "logo.png"),
    ],
)
def test_a_mark_of_huawei_obs_is_written_with_its_bucket(written: str, key: str) -> None:
    """The name of the bucket itself is dropped; another one's is part of the key."""
    (action,) = translated(
        "x-image-process", f"image/watermark,image_{encode_base64(written)}"
    ).actions
    assert decode_base64(action.arguments[0].removeprefix("image_")).startswith(key)
    (action,) = translated(
        "x-tos-process", f"image/watermark,image_{encode_base64(written)}"
    ).actions
    assert action.arguments == (f"image_{encode_base64(written)}",)


def test_a_mark_that_is_not_base64_is_refused_as_on_oss() -> None:
    """The translation leaves it to the operation."""
    assert refusal("x-tos-process", "image/watermark,image_a").code is Code.BAD_REQUEST


WORDS = st.sampled_from(
    [
        *("resize", "crop", "watermark", "format", "flip", "rounded-corners", "imageslim", "style"),
        *("g_tl", "g_", "fw_9", "fh_9", "w_9", "q_85", "r_25p", "rx_9", "ry_p", "horizontal"),
        *("webp", "image_", f"image_{encode_base64('pictures/a?x-image-process=image/crop,g_br')}"),
        *("image", "sys", "/", "/", "/", ",", ",", ",", "|", "_", "p", "9", "图"),
    ]
)


@pytest.mark.parametrize("parameter", DIALECTS)
@given(words=st.lists(WORDS, max_size=12))
def test_any_text_is_translated_or_refused(parameter: str, words: list[str]) -> None:
    """A value gives operations whose text is read as the same ones, or an `OssError`."""
    value = "image/".removeprefix(DIALECTS[parameter].prefix) + "".join(words)
    try:
        operations = compile_operations(translated(parameter, value).actions)
    except OssError:
        return
    again = canonical_process(operations)
    assert not operations or compile_operations(parse(again).actions) == operations
