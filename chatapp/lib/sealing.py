"""Secrets at rest: sealed with a key made from `SECRET_KEY`, readable by this installation only."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Sealer:
    """Seals with the first key and opens with any of them, so that keys can be rotated."""

    def __init__(self, *secret_keys: str) -> None:
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in secret_keys])

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode() if text else ""

    def open(self, sealed: str) -> str:
        """The text, or "" when it was sealed with a key we no longer have."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode() if sealed else ""
        except InvalidToken:
            return ""


def _derive(secret_key: str) -> bytes:
    return base64.urlsafe_b64encode(
        hashlib.sha256(b"chatapp.sealing" + secret_key.encode()).digest()
    )
