"""What is measured: one piece of work, said once for us and once for the peers."""

from dataclasses import dataclass

from darkroom.process.parameters import encode_base64

PHOTO = "photo-2725x2225.jpg"
PAPER = "paper-2048x1536-rgba.png"
LOOP = "animated-loop-3.gif"

TEXT = "Hello 图片服务!"

EVERYONE = ("darkroom", "sharp", "pyvips")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work; `peer` says it in the peers' terms."""

    name: str
    source: str
    process: str
    peer: dict[str, object]
    """Operation and its values, understood by the workers of sharp and pyvips."""
    most: float | None = None
    """Ratio to sharp's median that must not be exceeded."""
    beside: tuple[str, float] | None = None
    """Another task, and how many times its time ours may take at most."""
    likeness: float | None = None
    """SSIM to exact area averaging that must be kept (C-51); none where it says nothing."""

    @property
    def order(self) -> dict[str, object]:
        """The work as a worker reads it, but for its source."""
        return {"process": self.process, **self.peer}

    @property
    def lossless(self) -> dict[str, object]:
        """The same work into PNG: likeness is about scaling, not about an encoder."""
        process = self.process.split("/quality")[0].split("/format")[0]
        return {**self.peer, "process": f"{process}/format,png", "format": "png"}


def _scaled(
    name: str,
    source: str,
    size: tuple[int, int],
    word: str,
    *,
    most: float | None = None,
    beside: tuple[str, float] | None = None,
) -> Task:
    """Scale to a width: a JPEG or WebP at quality 80, the others as they come."""
    quality = "/quality,Q_80" if word in ("jpg", "webp") else ""
    target = "" if source.endswith(word) else f"/format,{word}"
    return Task(
        name=name,
        source=source,
        process=f"image/resize,w_{size[0]}{quality}{target}",
        peer={"do": "resize", "width": size[0], "height": size[1], "format": word, "quality": 80},
        most=most,
        beside=beside,
        likeness=0.965,
    )


TASKS = (
    _scaled("photo to 100 wide JPEG", PHOTO, (100, 82), "jpg", most=0.9),
    _scaled("photo to 400 wide JPEG", PHOTO, (400, 327), "jpg", most=0.9),
    _scaled("photo to 720 wide JPEG", PHOTO, (720, 588), "jpg", most=1.15),
    _scaled("photo to 1000 wide JPEG", PHOTO, (1000, 817), "jpg"),
    _scaled("photo to 1500 wide JPEG", PHOTO, (1500, 1225), "jpg"),
    _scaled("photo to 720 wide WebP", PHOTO, (720, 588), "webp"),
    _scaled("photo to 720 wide PNG", PHOTO, (720, 588), "png"),
    _scaled("paper to 720 wide PNG", PAPER, (720, 540), "png"),
    _scaled("photo to 200 wide WebP", PHOTO, (200, 163), "webp"),
    _scaled(
        "photo to 200 wide AVIF",
        PHOTO,
        (200, 163),
        "avif",
        beside=("photo to 200 wide WebP", 1.5),
    ),
    Task(
        name="animation to half size",
        source=LOOP,
        process="image/resize,w_185",
        peer={"do": "animate", "width": 185, "height": 143, "format": "gif"},
        most=1.2,
    ),
    Task(
        name="text on 720 wide JPEG",
        source=PHOTO,
        process=f"image/resize,w_720/watermark,text_{encode_base64(TEXT)},color_FFFFFF/quality,Q_80",
        # The same face and size, at the same place, with colour at full resolution as ours has it.
        peer={
            "do": "letter",
            "width": 720,
            "height": 588,
            "text": TEXT,
            "font": "WenQuanYi Zen Hei 40",
            "fontfile": "layers/fonts/fonts/wqy-zenhei.ttf",
            "colour": "#FFFFFF",
            "left": 437,
            "top": 533,
            "format": "jpg",
            "quality": 80,
            "chroma": "4:4:4",
        },
        most=1.2,
    ),
    Task(
        name="photo blurred",
        source=PHOTO,
        process="image/blur,r_10,s_5/quality,Q_80",
        peer={"do": "blur", "deviation": 5, "format": "jpg", "quality": 80},
        most=1.5,
    ),
    Task(
        name="paper with round corners",
        source=PAPER,
        process="image/rounded-corners,r_100",
        peer={"do": "round", "width": 2048, "height": 1536, "radius": 100, "format": "png"},
        most=1.2,
    ),
    Task(
        name="photo info",
        source=PHOTO,
        process="image/info",
        peer={"do": "info"},
    ),
)
