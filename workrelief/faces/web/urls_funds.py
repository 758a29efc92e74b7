"""Addresses of investment plans, of money that arrived and was paid, and of the labour-pay share."""

from __future__ import annotations

from django.urls import path

from workrelief.faces.web.views import money, plans, plans_application, plans_change, plans_document, share

urlpatterns_funds = [
    path("plans/", plans.plans, name="plans"),
    path("plans/applications/", plans.applications, name="plan-applications"),
    path("plans/documents/", plans.documents, name="plan-documents"),
    path("plans/clocks/", plans.clocks, name="plan-clocks"),
    path("plans/changes/", plans.changes, name="plan-changes"),
    path("plans/responsibilities/", share.duties_missing_list, name="duties-missing"),
    path("plans/batches/new/", plans.batch_new, name="plan-batch-new"),
    path("plans/batches/<int:plan_batch_id>/", plans.batch, name="plan-batch"),
    path("plans/batches/<int:plan_batch_id>/terms/", plans.batch_terms, name="plan-batch-terms"),
    path("plans/batches/<int:plan_batch_id>/apply/", plans_application.apply, name="plan-apply"),
    path("plans/batches/<int:plan_batch_id>/register/", plans_document.register, name="plan-register"),
    path("plans/applications/<int:application_id>/", plans_application.application, name="plan-application"),
    path("plans/applications/<int:application_id>/step/", plans_application.step, name="plan-application-step"),
    path(
        "plans/applications/<int:application_id>/projects/<int:project_id>/",
        plans_application.line,
        name="plan-application-line",
    ),
    path(
        "plans/applications/<int:application_id>/file/<slug:form>/",
        plans_application.file,
        name="plan-application-file",
    ),
    path("plans/documents/<int:document_id>/", plans_document.document, name="plan-document"),
    path("plans/documents/<int:document_id>/decompose/", plans_document.decompose, name="plan-decompose"),
    path("plans/documents/<int:document_id>/edit/", plans_document.edit, name="plan-edit"),
    path("plans/documents/<int:document_id>/difference/", plans_document.difference, name="plan-difference"),
    path("plans/documents/<int:document_id>/step/", plans_document.step, name="plan-document-step"),
    path("plans/documents/<int:document_id>/received/", plans_document.received, name="plan-received"),
    path("plans/documents/<int:document_id>/file/<slug:form>/", plans_document.file, name="plan-document-file"),
    path(
        "plans/documents/<int:document_id>/lines/<int:plan_line_id>/targets/",
        plans_document.line_targets,
        name="plan-line-targets",
    ),
    path("plans/lines/<int:plan_line_id>/change/", plans_change.propose, name="plan-change-new"),
    path("plans/changes/<int:change_id>/", plans_change.change, name="plan-change"),
    path("plans/changes/<int:change_id>/step/", plans_change.step, name="plan-change-step"),
    path("projects/<int:project_id>/responsibilities/", share.responsibilities, name="responsibilities"),
    path("projects/<int:project_id>/money/", money.project_money, name="project-money"),
    path("projects/<int:project_id>/money/<slug:kind>/", money.money_new, name="money-new"),
    path("money/", money.money, name="money"),
    path("money/idle/", money.idle, name="idle-money"),
    path("money/rates/", money.rates, name="fund-rates"),
    path("money/structure/", money.structure, name="fund-structure"),
    path("money/<int:move_id>/", money.money_move, name="money-move"),
    path("money/<int:move_id>/reverse/", money.money_reverse, name="money-reverse"),
    path("labour-share/", share.shares, name="shares"),
]
