"""Addresses of the pages around figures."""

from __future__ import annotations

from django.urls import path

from workrelief.faces.web.views import bulletins, figure, snapshots, statistics, workbench

urlpatterns_figures = [
    path("", workbench.workbench, name="workbench"),
    path("todo/count/", workbench.todo_count, name="todo-count"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/export/", statistics.export, name="statistics-export"),
    path("figure/", figure.figure, name="figure"),
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("bulletins/new/", bulletins.new, name="bulletin-new"),
    path("bulletins/<int:pk>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<int:pk>/save/", bulletins.save, name="bulletin-save"),
    path("bulletins/<int:pk>/step/", bulletins.step, name="bulletin-step"),
    path("bulletins/<int:pk>/file/<slug:form>/", bulletins.file, name="bulletin-file"),
    path("snapshots/", snapshots.snapshots, name="snapshots"),
    path("snapshots/seal/", snapshots.seal, name="seal"),
]
