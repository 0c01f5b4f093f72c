"""A session's name, made from its first message."""

import re

MAX_LENGTH = 60


def name_from_message(text: str) -> str:
    """The first line or sentence, without Markdown, cut at a word: "" if nothing is left."""
    line = next((line for line in text.splitlines() if re.search(r"\w", line)), "")
    line = re.sub(r"[`*_#>\[\]]+", "", line)
    sentence = re.split(r"(?<=[.!?])\s", line.strip())[0].strip().rstrip(".:,;")
    if len(sentence) <= MAX_LENGTH:
        return sentence
    return sentence[:MAX_LENGTH].rsplit(" ", 1)[0].rstrip(".,:;") + "…"
