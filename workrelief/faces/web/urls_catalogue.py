"""Addresses of the guidance catalogue and of bills matched against it."""

from __future__ import annotations

from django.urls import path

from workrelief.faces.web.views import catalogue, catalogue_values, match

urlpatterns_catalogue = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/load/", catalogue.load, name="catalogue-load"),
    path("catalogue/copy/<int:edition_id>/", catalogue.copy, name="catalogue-copy"),
    path("catalogue/issue/<int:edition_id>/", catalogue.issue, name="catalogue-issue"),
    path("catalogue/quotas/", catalogue_values.quotas, name="catalogue-quotas"),
    path("catalogue/rates/", catalogue_values.rates, name="catalogue-rates"),
    path("catalogue/compare/", catalogue_values.compare, name="catalogue-compare"),
    path("catalogue/links/new/<int:edition_id>/", catalogue.link_new, name="catalogue-link-new"),
    path("catalogue/links/<int:link_id>/", catalogue.link, name="catalogue-link"),
    path("catalogue/match/", match.match_new, name="match"),
    path("catalogue/match/<int:run_id>/", match.match_run, name="match-run"),
    path("catalogue/match/<int:run_id>/accept/", match.accept_sure, name="match-accept"),
    path("catalogue/match/<int:run_id>/listing/", match.listing_decision, name="match-listing"),
    path("catalogue/match/<int:run_id>/project/", match.to_project, name="match-to-project"),
    path("catalogue/match/<int:run_id>/table-j/", match.table_j, name="match-table-j"),
    path("catalogue/match/lines/<int:match_line_id>/", match.line, name="match-line"),
]
