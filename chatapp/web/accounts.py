"""Signing in: allauth's adapter and one-time links."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from chatapp.services.users import use_sign_in_link


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.ALLOW_SIGNUP)


@require_http_methods(["GET", "POST"])
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button first: link previews and scanners follow links, and it works only once."""
    if request.method == "GET":
        return render(request, "accounts/link.html", {"token": token})
    user = use_sign_in_link(token=token)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("/")
