"""Links that sign somebody in once, with the address that people reach this installation by."""

from pathlib import Path

from django.conf import settings
from django.urls import reverse

from chatapp.services.users import create_sign_in_link


def sign_in_link(*, username: str, url: str) -> str:
    path = reverse("login-link", args=[create_sign_in_link(username=username)])
    return url.rstrip("/") + path


def remember_address(url: str) -> None:
    """`serve` knows the address; the commands typed beside it do not."""
    _address_file().write_text(url)


def last_address() -> str:
    try:
        return _address_file().read_text()
    except FileNotFoundError:
        return "http://127.0.0.1:8000"


def _address_file() -> Path:
    return Path(settings.DATA_DIR) / "address"
