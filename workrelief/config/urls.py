"""The URL table: one prefix a face."""

from __future__ import annotations

from django.urls import include, path

from workrelief.faces.api.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("workrelief.faces.web.urls", namespace="web")),
]

handler400 = "workrelief.faces.web.views.errors.bad_request"
handler403 = "workrelief.faces.web.views.errors.not_permitted"
handler404 = "workrelief.faces.web.views.errors.not_found"
handler500 = "workrelief.faces.web.views.errors.server_error"
