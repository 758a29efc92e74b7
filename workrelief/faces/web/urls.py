"""The web face's URL table."""

from __future__ import annotations

from django.urls import path

from workrelief.faces.web.styleguide import components
from workrelief.faces.web.urls_base import urlpatterns_auth_jobs
from workrelief.faces.web.urls_catalogue import urlpatterns_catalogue
from workrelief.faces.web.urls_figures import urlpatterns_figures
from workrelief.faces.web.urls_funds import urlpatterns_funds
from workrelief.faces.web.urls_lifecycle import urlpatterns_lifecycle
from workrelief.faces.web.urls_lists import urlpatterns_lists
from workrelief.faces.web.urls_rooms import urlpatterns_rooms

app_name = "web"
urlpatterns = [
    *urlpatterns_auth_jobs,
    *urlpatterns_catalogue,
    *urlpatterns_figures,
    *urlpatterns_funds,
    *urlpatterns_lifecycle,
    *urlpatterns_lists,
    *urlpatterns_rooms,
    path("components/", components, name="components"),
]
