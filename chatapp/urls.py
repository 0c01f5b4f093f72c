"""All HTTP routes."""

from django.contrib import admin
from django.urls import include, path, re_path

from chatapp.api.v2 import api, docs, nothing, tokens
from chatapp.live import polling
from chatapp.web import (
    accounts,
    artifacts,
    details,
    exports,
    feedback,
    forks,
    health,
    messages,
    metrics,
    passages,
    review,
    search,
    sessions,
    settings_page,
    sidebar,
)

urlpatterns = [
    path("", sessions.new_session, name="new-session"),
    path("search", search.search, name="search"),
    path("sidebar", sidebar.sidebar, name="sidebar"),
    path("s/<str:key>", sessions.session_page, name="session"),
    path("s/<str:key>/row", sidebar.row, name="session-row"),
    path("s/<str:key>/older", sessions.older_events, name="session-older"),
    path("s/<str:key>/events", polling.events_after, name="session-events"),
    path("s/<str:key>/messages", messages.send, name="session-send"),
    path("s/<str:key>/stop", messages.stop, name="session-stop"),
    path("s/<str:key>/retry", messages.retry, name="turn-retry"),
    path("s/<str:key>/queue", messages.queue, name="queue"),
    path("s/<str:key>/queue/<int:turn_id>", messages.queued, name="queued-edit"),
    path("s/<str:key>/queue/<int:turn_id>/now", messages.send_now, name="queued-now"),
    path(
        "s/<str:key>/queue/<int:turn_id>/remove", messages.remove_from_queue, name="queued-remove"
    ),
    path("s/<str:key>/rename", sessions.rename, name="session-rename"),
    path("s/<str:key>/title", sessions.title, name="session-title"),
    path("s/<str:key>/fork", forks.fork, name="session-fork"),
    path("s/<str:key>/e/<str:event_key>/feedback", feedback.give, name="event-feedback"),
    path("s/<str:key>/e/<str:event_key>/sources/<int:number>", passages.passage, name="passage"),
    path("s/<str:key>/pin", sessions.pin, name="session-pin"),
    path("s/<str:key>/delete", sessions.delete, name="session-delete"),
    path("s/<str:key>/undelete", sessions.undelete, name="session-undelete"),
    path("s/<str:key>/details", details.details, name="session-details"),
    path("s/<str:key>/metadata", details.save_metadata, name="session-metadata"),
    path("s/<str:key>/export", exports.export, name="session-export"),
    path("s/<str:key>/files", artifacts.upload, name="artifact-upload"),
    path("s/<str:key>/files/announce", artifacts.announce, name="artifact-announce"),
    path("s/<str:key>/a", artifacts.panel, name="artifacts"),
    path("s/<str:key>/a/<str:artifact_key>", artifacts.download, name="artifact"),
    path("s/<str:key>/a/<str:artifact_key>/preview", artifacts.preview, name="artifact-preview"),
    path("s/<str:key>/a/<str:artifact_key>/remove", artifacts.remove, name="artifact-remove"),
    path("s/<str:key>/a/<str:artifact_key>/index", artifacts.index, name="artifact-index"),
    path("s/<str:key>/a/<str:artifact_key>/restore", artifacts.restore, name="artifact-restore"),
    path("v2/", nothing),
    path("v2/docs", docs, name="api-docs"),
    path("v2/", api.urls),
    re_path(r"^v2/", nothing),  # `<path:…>` would not match an address with a line break
    path("oauth/", tokens.urls),
    path("oauth2/", include((tokens.urls[0], "oauth"), namespace="oauth2")),
    path("review/", review.review_list, name="review"),
    path("review/<str:key>", review.review_session, name="review-session"),
    path("review/<str:key>/e/<str:event_key>/unhide", review.unhide, name="review-unhide"),
    path("admin/", admin.site.urls),
    path("login/link/<token>", accounts.sign_in_by_link, name="login-link"),
    path("settings", settings_page.settings_page, name="settings"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
]
handler400 = "chatapp.web.errors.bad_request"
handler403 = "chatapp.web.errors.permission_denied"
handler404 = "chatapp.web.errors.page_not_found"
handler429 = "chatapp.web.errors.too_many_requests"
handler500 = "chatapp.web.errors.server_error"
