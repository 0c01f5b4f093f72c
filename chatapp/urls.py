"""All HTTP routes."""

from django.contrib import admin
from django.urls import include, path

from chatapp.web import accounts, settings_page

urlpatterns = [
    path("admin/", admin.site.urls),
    path("login/link/<token>", accounts.sign_in_by_link, name="login-link"),
    path("settings", settings_page.settings_page, name="settings"),
    path("accounts/", include("allauth.urls")),
]
handler400 = "chatapp.web.errors.bad_request"
handler403 = "chatapp.web.errors.permission_denied"
handler404 = "chatapp.web.errors.page_not_found"
handler429 = "chatapp.web.errors.too_many_requests"
handler500 = "chatapp.web.errors.server_error"
