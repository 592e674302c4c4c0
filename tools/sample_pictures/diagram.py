"""A sample diagram: flat colours, thin lines and small text."""

from math import cos, pi

from PIL import Image, ImageDraw

from tools.sample_pictures.marks import SAFELIGHT, Colour, Point, font

SIZE = (1280, 800)
SMOOTH = 2
"""Supersampling factor for antialiased edges."""
INK, GREY, LINE, PAPER = (38, 34, 40), (126, 118, 124), (224, 216, 212), (251, 249, 246)
PANEL, CODE, VALUE, WHITE = (38, 32, 40), (236, 228, 222), (255, 214, 150), (255, 255, 255)

STEPS = (
    ("probe", "size, frames and\nformat from the\nheader alone"),
    ("limits", "too large is refused\nbefore a pixel is\ndecoded"),
    ("decode", "at an eighth, a\nquarter or half where\nthat is enough"),
    ("operate", "one action after\nthe other, under\na deadline"),
    ("encode", "as asked, or in the\nformat of the\nsource"),
)
QUERY = (
    ("GET", SAFELIGHT[4]),
    (" /landscape.jpg", CODE),
    ("?x-oss-process=", GREY),
    ("image", CODE),
    ("/resize,", SAFELIGHT[3]),
    ("w_600", VALUE),
    ("/rounded-corners,", SAFELIGHT[3]),
    ("r_30", VALUE),
    ("/format,", SAFELIGHT[3]),
    ("webp", VALUE),
)
BARS = (("Jan", 0.62), ("Feb", 0.94), ("Mar", 0.41), ("Apr", 0.27), ("May", 0.78))


class Canvas:
    """A supersampled page; all coordinates are in pixels of the finished picture."""

    def __init__(self) -> None:
        self.page = Image.new("RGB", (SIZE[0] * SMOOTH, SIZE[1] * SMOOTH), PAPER)
        self._draw = ImageDraw.Draw(self.page)

    def text(self, at: Point, words: str, fill: Colour, size: int, *, anchor: str = "ls") -> float:
        """Draw one line of text, by default from its baseline, and return its right end."""
        face = font(size * SMOOTH)
        self._draw.text((at[0] * SMOOTH, at[1] * SMOOTH), words, fill, face, anchor=anchor)
        return at[0] + face.getlength(words) / SMOOTH

    def card(self, *box: float, fill: Colour, outline: Colour | None = None) -> None:
        """Draw a rectangle with rounded corners."""
        corners = [SMOOTH * side for side in box]
        self._draw.rounded_rectangle(corners, 12 * SMOOTH, fill, outline, 2 * SMOOTH)

    def box(self, *box: float, fill: Colour) -> None:
        """Draw a rectangle."""
        self._draw.rectangle([SMOOTH * side for side in box], fill)

    def dot(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """Draw a filled circle around a point."""
        self._draw.circle((x * SMOOTH, y * SMOOTH), radius * SMOOTH, fill)

    def line(self, points: list[Point], fill: Colour, width: int) -> None:
        """Draw a line through points."""
        path = [(x * SMOOTH, y * SMOOTH) for x, y in points]
        self._draw.line(path, fill, width * SMOOTH, joint="curve")


def diagram() -> Image.Image:
    """Return the diagram: the steps of a request, a query, and two charts of sample data."""
    canvas = Canvas()
    canvas.box(0, 0, SIZE[0], 8, fill=SAFELIGHT[2])
    canvas.text((60, 88), "The way of a picture", INK, 44)
    canvas.text((60, 126), "图片处理 · from a query to its answer", GREY, 21)
    for number, (name, what) in enumerate(STEPS):
        _step(canvas, 60 + 238 * number, number, name, what)
    _query(canvas)
    _bars(canvas)
    _curves(canvas)
    return canvas.page.resize(SIZE, Image.Resampling.LANCZOS)


def _step(canvas: Canvas, left: int, number: int, name: str, what: str) -> None:
    """Draw a numbered card and an arrow to the next one."""
    canvas.card(left, 172, left + 208, 352, fill=WHITE, outline=LINE)
    canvas.dot(left + 37, 209, 19, SAFELIGHT[number])
    canvas.text((left + 37, 209), str(number + 1), WHITE, 20, anchor="mm")
    canvas.text((left + 70, 218), name, INK, 26)
    for row, words in enumerate(what.split("\n")):
        canvas.text((left + 20, 270 + 26 * row), words, GREY, 17)
    if number < len(STEPS) - 1:
        canvas.line([(left + 214, 262), (left + 232, 262)], GREY, 2)
        canvas.line([(left + 226, 256), (left + 232, 262), (left + 226, 268)], GREY, 2)


def _query(canvas: Canvas) -> None:
    """Draw a dark panel with the request, coloured by part."""
    canvas.card(60, 392, 1220, 472, fill=PANEL)
    for number in range(3):
        canvas.dot(85 + 20 * number, 410, 5, SAFELIGHT[number + 1])
    end = 84.0
    for part, fill in QUERY:
        end = canvas.text((end, 450), part, fill, 22)


def _bars(canvas: Canvas) -> None:
    """Draw a bar chart with a grid."""
    canvas.text((60, 534), "Uploads, sample data", INK, 22)
    for mark in range(5):
        y = 740 - 44 * mark
        canvas.line([(100, y), (580, y)], LINE, 1)
        canvas.text((90, y), str(250 * mark), GREY, 14, anchor="rm")
    for number, (name, share) in enumerate(BARS):
        left = 124 + 92 * number
        canvas.box(left, 740 - 176 * share, left + 54, 740, fill=SAFELIGHT[number])
        canvas.text((left + 27, 762), name, INK, 16, anchor="mm")


def _curves(canvas: Canvas) -> None:
    """Draw a line chart of two series over a day."""
    canvas.text((680, 534), "Requests, sample data", INK, 22)
    canvas.line([(700, 560), (700, 740), (1220, 740)], GREY, 2)
    for fill, shift, size in ((GREY, 0.0, 120), (SAFELIGHT[2], 1.1, 160)):
        wave = [0.5 - 0.46 * cos(2 * pi * t / 120 - shift + 0.4) for t in range(121)]
        canvas.line([(700 + 4.3 * t, 736 - size * y) for t, y in enumerate(wave)], fill, 4)
    for number in range(5):
        canvas.text((704 + 128 * number, 762), f"{6 * number:02}:00", INK, 16, anchor="mm")
