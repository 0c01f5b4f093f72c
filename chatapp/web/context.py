"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def chatapp(request: HttpRequest) -> dict[str, Any]:
    preferences = getattr(getattr(request, "user", None), "preferences", {})
    return {
        "product_name": settings.PRODUCT_NAME,
        "policy_text": settings.POLICY_TEXT,
        "preferences": preferences,
        "theme": preferences.get("theme", ""),
        "request_id": getattr(request, "request_id", ""),
        "can_send_mail": bool(settings.EMAIL_URL),
        "may_sign_up": settings.ALLOW_SIGNUP,
        "max_message_chars": settings.MAX_MESSAGE_CHARS,
        "max_upload_mb": settings.MAX_UPLOAD_BYTES // 2**20,
    }
