"""File names that somebody might send, made by combination."""

from itertools import product

_FOLDERS = [
    "../",
    "..\\",
    "..%2f",
    "%2e%2e%2f",
    "....//",
    "/etc/",
    "C:\\",
    "\\\\host\\",
    "./",
    "~/",
]
_STEMS = [
    "passwd",
    "a" * 300,
    "CON",
    "nul",
    ".",
    "..",
    "-rf",
    "a b",
    "a;b",
    "$(id)",
    "`id`",
    "%s%n",
]
_ODD = [
    "",
    " ",
    "\x00a.txt",
    "a\x00.txt",
    "a\r\nSet-Cookie: x=1.txt",
    'a".txt',
    "a'.txt",
    "<img src=x>.txt",
    "\u202egnp.txt",
    "e\u0301.txt",
    "\xe9.txt",
    "\u200b.txt",
    "\U0001f600.txt",
    "\ud83d.txt".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "日本語の名前.txt",
    "a.txt.exe",
    "a.txt/",
    "a.txt.",
    "a:b.txt",
    "a.txt::$DATA",
    "{{7*7}}.txt",
    "=cmd.txt",
    "art_0000.txt",
    "." * 250 + "txt",
]

NAMES = [*_ODD, *(f"{folder}{stem}.txt" for folder, stem in product(_FOLDERS, _STEMS))]
