"""Pages for what Django itself refuses. What we refuse ourselves is `middleware`'s."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from chatapp.errors import ChatappError, InvalidInput, NotAllowed, NotFound, RateLimited
from chatapp.web.middleware import error_response


class ServerError(ChatappError):
    code = "server_error"
    status = 500


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, InvalidInput(_("The request could not be understood.")))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, NotAllowed(_("This is not yours to do.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("The page was open for too long, or came from elsewhere. Reload it and try again.")
    return error_response(request, NotAllowed(message))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, NotFound(_("There is no such page, or it is not yours to see.")))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    message = _("Too many attempts. Wait a minute and try again.")
    return error_response(request, RateLimited(message, retry_after=60))


def server_error(request: HttpRequest) -> HttpResponse:
    error = ServerError(_("Something went wrong on our side."))
    try:
        return error_response(request, error)
    except Exception:  # noqa: BLE001 - the page may be what is broken; then a line must do
        text = f"{error.message} ({getattr(request, 'request_id', '')})"
        return HttpResponse(text, status=500, content_type="text/plain")
