"""All HTTP routes."""

from django.contrib import admin
from django.urls import include, path

from chatapp.web import accounts

urlpatterns = [
    path("admin/", admin.site.urls),
    path("login/link/<token>", accounts.sign_in_by_link, name="login-link"),
    path("accounts/", include("allauth.urls")),
]
