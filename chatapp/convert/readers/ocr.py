"""Text from pictures, by tesseract or rapidocr, whichever is here."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, ImageStat

_NOT_LANGUAGES = ("osd", "equ")
_DARK = 100
# Letters of fewer pixels than this are guessed at; small pictures are scaled up.
_WIDE_ENOUGH = 1600


def is_available() -> bool:
    return shutil.which("tesseract") is not None or find_spec("rapidocr") is not None


def read_picture(picture: Image.Image) -> str:
    upright = ImageOps.exif_transpose(picture)
    return _tesseract(_prepared(upright)) if shutil.which("tesseract") else _rapidocr(upright)


def _prepared(picture: Image.Image) -> Image.Image:
    """Grey, dark on light, and large enough: tesseract wants it so."""
    grey = picture.convert("L")
    if ImageStat.Stat(grey).median[0] < _DARK:
        grey = ImageOps.invert(grey)
    if grey.width < _WIDE_ENOUGH:
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.LANCZOS)
    return grey


def _tesseract(picture: Image.Image) -> str:
    path = Path.cwd() / "picture.png"
    picture.save(path)
    run = subprocess.run(
        ["tesseract", str(path), "stdout", "-l", _languages()],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={"OMP_THREAD_LIMIT": "1", "PATH": os.defpath}, check=False,
    )  # fmt: skip
    return run.stdout.decode("utf-8", "replace").strip()


def _languages() -> str:
    """All that are installed: which one a picture is in, nobody says."""
    run = subprocess.run(
        ["tesseract", "--list-langs"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath}, check=False,
    )  # fmt: skip
    names = run.stdout.decode("utf-8", "replace").splitlines()[1:]
    return "+".join(name for name in names if name and name not in _NOT_LANGUAGES) or "eng"


def _rapidocr(picture: Image.Image) -> str:
    import numpy as np

    result = _rapidocr_engine()(np.asarray(picture.convert("RGB")))
    if not result.txts:
        return ""
    words = [
        (float(box[:, 1].min()), float(box[:, 1].max()), float(box[:, 0].min()), text)
        for box, text in zip(result.boxes, result.txts, strict=True)
    ]
    return "\n".join(_lines(words))


@cache
def _rapidocr_engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR()


def _lines(words: list[tuple[float, float, float, str]]) -> Iterator[str]:
    """It finds words and stretches of them, as (top, bottom, left, text)."""
    line: list[tuple[float, str]] = []
    end = float("-inf")
    for top, bottom, left, text in sorted(words):
        if line and (top + bottom) / 2 > end:
            yield " ".join(word for _, word in sorted(line))
            line = []
        end = bottom if not line else end
        line.append((left, text))
    yield " ".join(word for _, word in sorted(line))
