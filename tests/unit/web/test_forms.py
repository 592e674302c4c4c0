"""Bodies of forms: fields, file and refusals."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.errors import Code, OssError
from darkroom.web.forms import MAX_FIELD_BYTES, MAX_FIELDS, Form, parse_form
from tests.post_forms import BOUNDARY, CONTENT_TYPE, file_part, form_body, joined, text_part

AWKWARD = (
    b"",
    b"\r\n",
    b"\r\n--",
    f"\r\n--{BOUNDARY[:-1]}".encode(),
    f"--{BOUNDARY}".encode(),
    bytes(range(256)),
    b"\xff\xd8\xff\r\n\r\n",
)
"""Contents that resemble a boundary or a text."""


def refusal(body: bytes, content_type: str = CONTENT_TYPE) -> OssError:
    """Return the error that a body raises."""
    with pytest.raises(OssError) as error:
        parse_form(content_type, body)
    return error.value


@given(content=st.binary(max_size=200) | st.sampled_from(AWKWARD))
def test_a_file_arrives_unchanged(content: bytes) -> None:
    """Line breaks and parts of the boundary are content."""
    file = parse_form(CONTENT_TYPE, form_body({"key": "图.jpg"}, content)).file
    assert file is not None
    assert (file.body, file.name, file.content_type) == (content, "photo.jpg", "image/jpeg")


@given(
    st.dictionaries(
        st.text("abcXYZ-_0$", min_size=1).filter(lambda name: name.lower() != "file"),
        st.text(st.characters(codec="utf-8")),
        max_size=8,
    )
)
def test_fields_arrive_unchanged(fields: dict[str, str]) -> None:
    """Names count in lower case, values as they are; of one name, the first."""
    expected: dict[str, str] = {}
    for name, value in fields.items():
        expected.setdefault(name.lower(), value)
    assert parse_form(CONTENT_TYPE, form_body(fields, b"x")).fields == expected


@pytest.mark.parametrize(
    "content_type",
    [
        f"multipart/form-data; boundary={BOUNDARY}",
        f'multipart/form-data; boundary="{BOUNDARY}"',
        f"Multipart/Form-Data; charset=utf-8; boundary={BOUNDARY}",
        f"multipart/form-data; boundary = {BOUNDARY}",
    ],
)
def test_each_spelling_of_the_boundary_is_read(content_type: str) -> None:
    """The vendor's examples have blanks around the equals sign."""
    assert parse_form(content_type, form_body({"key": "a"}, b"x")).fields == {"key": "a"}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("a b.jpg", "a b.jpg"),
        ("图.jpg", "图.jpg"),
        ("a%22b.jpg", 'a"b.jpg'),
        (r"C:\pictures\a.jpg", "a.jpg"),
        ("", ""),
    ],
)
def test_file_names_are_read_as_browsers_write_them(sent: str, read: str) -> None:
    """UTF-8, quotation marks percent-encoded; an old browser sends the whole path."""
    file = parse_form(CONTENT_TYPE, form_body({}, b"x", name=sent)).file
    assert file is not None
    assert file.name == read


def test_fields_after_the_file_are_ignored() -> None:
    """Submit buttons stand after the file, also in the vendor's examples."""
    body = joined([text_part("key", "a"), file_part(b"x"), text_part("submit", "Upload")])
    assert parse_form(CONTENT_TYPE, body).fields == {"key": "a"}


def test_a_form_may_have_no_file() -> None:
    """Which fields a form needs is not the parser's matter."""
    assert parse_form(CONTENT_TYPE, joined([text_part("key", "a")])) == Form(fields={"key": "a"})


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (base64.encodebytes(bytes(range(200))), bytes(range(200))),
        (base64.b64encode(b"x"), b"x"),
    ],
)
def test_a_base64_file_is_decoded(sent: bytes, stored: bytes) -> None:
    """As its `Content-Transfer-Encoding` says, with or without line breaks."""
    part = file_part(sent, headers="Content-Transfer-Encoding: base64\r\n")
    file = parse_form(CONTENT_TYPE, joined([part])).file
    assert file is not None
    assert file.body == stored


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/mixed; boundary={BOUNDARY}",
        "application/x-www-form-urlencoded",
    ],
)
def test_another_content_type_is_refused(content_type: str) -> None:
    """The message names the content type that is expected."""
    error = refusal(form_body({"key": "a"}, b"x"), content_type)
    assert error.code is Code.MALFORMED_POST_REQUEST
    assert "multipart/form-data" in error.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        form_body({"key": "a"}, b"x")[:-6],
        joined([text_part("key", "a"), file_part(b"x")], boundary="other"),
        joined([b"Content-Disposition: form-data\xff\r\n\r\nx"]),
        joined([b"no header\r\n\r\nx"]),
        joined([b'Content-Disposition: attachment; name="key"\r\n\r\nx']),
        joined([b'Content-Disposition: form-data; name="key"\r\n\r\n\xff']),
        joined([file_part(b"!", headers="Content-Transfer-Encoding: base64\r\n")]),
        joined([file_part(b"x", headers="Content-Transfer-Encoding: quoted-printable\r\n")]),
    ],
    ids=[
        *("empty", "text", "cut off", "another boundary", "header not UTF-8", "no header"),
        *("no form data", "field not UTF-8", "not base64", "another encoding"),
    ],
)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    """Nothing is guessed of a body that breaks off or breaks the format."""
    error = refusal(body)
    assert (error.code, error.ec) == (Code.MALFORMED_POST_REQUEST, "0006-00000104")


def test_a_second_file_is_refused() -> None:
    """A form stores one object."""
    body = joined([file_part(b"x"), file_part(b"y")])
    assert refusal(body).code is Code.INCORRECT_NUMBER_OF_FILES


def test_the_size_of_a_field_is_limited() -> None:
    """A field at the limit passes; the file has a limit of its own."""
    body = form_body({"key": "a" * MAX_FIELD_BYTES}, b"x" * (MAX_FIELD_BYTES + 1))
    assert parse_form(CONTENT_TYPE, body).fields["key"] == "a" * MAX_FIELD_BYTES
    error = refusal(form_body({"key": "a" * (MAX_FIELD_BYTES + 1)}, b"x"))
    assert error.code is Code.FIELD_ITEM_TOO_LONG
    assert str(MAX_FIELD_BYTES) in error.message


def test_the_number_of_fields_is_limited() -> None:
    """The file counts as a field."""
    fields = {f"f{number}": "" for number in range(MAX_FIELDS)}
    error = refusal(form_body(fields, b"x"))
    assert error.code is Code.MALFORMED_POST_REQUEST
    assert str(MAX_FIELDS) in error.message
    fields.popitem()
    assert len(parse_form(CONTENT_TYPE, form_body(fields, b"x")).fields) == MAX_FIELDS - 1
