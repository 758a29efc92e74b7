"""Addresses of the rooms: projects, workers, pay, training, imports, search, rules."""

from __future__ import annotations

from django.urls import path

from workrelief.faces.web.views import imports, law, payroll, project_entry, projects, search, training, workers

urlpatterns_rooms = [
    path("projects/", projects.project_list, name="projects"),
    path("projects/new/", project_entry.new, name="project-new"),
    path("projects/townships/", project_entry.townships, name="project-townships"),
    path("projects/<int:project_id>/edit/", project_entry.edit, name="project-edit"),
    path("projects/<int:project_id>/", projects.project_page, name="project"),
    path("workers/", workers.worker_list, name="workers"),
    path("workers/<int:worker_id>/", workers.worker_page, name="worker"),
    path("workers/<int:worker_id>/numbers/", workers.reveal, name="worker-reveal"),
    path("pay-sheets/", payroll.sheet_list, name="paysheets"),
    path("pay-sheets/<int:sheet_id>/", payroll.sheet_page, name="paysheet"),
    path("pay-sheets/<int:sheet_id>/confirm/", payroll.sheet_confirm, name="paysheet-confirm"),
    path("pay-sheets/<int:sheet_id>/reverse/", payroll.sheet_reverse, name="paysheet-reverse"),
    path("pay-lines/<int:line_id>/", payroll.line_page, name="pay-line"),
    path("training/", training.session_list, name="training"),
    path("training/<int:session_id>/", training.session_page, name="training-session"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/<slug:kind>/", imports.import_new, name="import-new"),
    path("imports/template/<slug:kind>/", imports.import_template, name="import-template"),
    path("imports/<int:batch_id>/", imports.import_batch, name="import-batch"),
    path("imports/<int:batch_id>/check/", imports.import_check, name="import-check"),
    path("imports/<int:batch_id>/commit/", imports.import_commit, name="import-commit"),
    path("imports/<int:batch_id>/undo/", imports.import_undo, name="import-undo"),
    path("imports/<int:batch_id>/failed/", imports.import_failed, name="import-failed"),
    path("search/", search.search, name="search"),
    path("law/", law.law, name="law"),
]
