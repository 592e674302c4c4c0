"""The session of the tutorials, as a user runs it."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("session.py")

TOLD = """\
upload                                                      session/example.jpg
image/resize,m_fixed,w_100,h_100                            JPEG 100×100
image/crop,w_100,h_100,x_100,y_100,r_1                      JPEG 100×100
image/rotate,90                                             JPEG 267×400
image/sharpen,100                                           JPEG 400×267
image/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ             JPEG 400×267
image/format,png                                            PNG 400×267
image/resize,m_fixed,w_100,h_100/rotate,90/format,webp      WEBP 100×100
style/session-small                                         JPEG 200×134
signed URL                                                  JPEG 100×100
image/resize,m_fixed,w_100,h_100|sys/saveas                 OK session/saved-1: JPEG 100×100
image/crop,w_100,h_100,x_100,y_100,r_1|sys/saveas           OK session/saved-2: JPEG 100×100
image/rotate,90|sys/saveas                                  OK session/saved-3: JPEG 267×400
image/sharpen,100|sys/saveas                                OK session/saved-4: JPEG 400×267
image/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ|sys/saveas  OK session/saved-5: JPEG 400×267
image/format,png|sys/saveas                                 OK session/saved-6: PNG 400×267
delete                                                      gone
"""


def run(endpoint: str, *options: str) -> str:
    """Run the script and give what it prints."""
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), endpoint, *options],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_session_of_the_tutorials(endpoint: str, example: bytes, tmp_path: Path) -> None:
    """Each step of the tutorials gives a picture of the documented format and size."""
    picture = tmp_path / "example.jpg"
    picture.write_bytes(example)
    assert run(endpoint, "--picture", str(picture)) == TOLD


def test_it_needs_nothing_but_the_address(endpoint: str) -> None:
    """It draws its picture, as the README has it; a second run finds nothing of the first."""
    assert run(endpoint) == TOLD
    assert run(endpoint) == TOLD
