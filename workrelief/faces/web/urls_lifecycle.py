"""Addresses of the life of projects: time line, steps, papers, archive, board, list and map."""

from __future__ import annotations

from django.urls import path

from workrelief.faces.web.views import (
    lifecycle,
    lifecycle_archive,
    lifecycle_board,
    lifecycle_map,
    lifecycle_objections,
    lifecycle_papers,
)

urlpatterns_lifecycle = [
    path("projects/<int:project_id>/life/", lifecycle.life_page, name="life"),
    path("projects/<int:project_id>/life/measures/", lifecycle.measures, name="life-measures"),
    path("projects/<int:project_id>/life/correct/", lifecycle.correct, name="life-correct"),
    path("projects/<int:project_id>/life/adopt/", lifecycle.adopt, name="life-adopt"),
    path("projects/<int:project_id>/life/describe/", lifecycle.describe, name="life-describe"),
    path("projects/<int:project_id>/life/steps/<slug:step>/", lifecycle.step, name="life-step"),
    path("projects/<int:project_id>/life/marks/", lifecycle.mark, name="life-mark"),
    path("projects/<int:project_id>/life/objections/", lifecycle.objection, name="life-objection"),
    path("objections/", lifecycle_objections.objections, name="objections"),
    path("objections/<int:objection_id>/settle/", lifecycle.settle, name="life-objection-settle"),
    path("projects/<int:project_id>/papers/", lifecycle_papers.paper, name="life-paper"),
    path("papers/<int:paper_id>/withdraw/", lifecycle_papers.withdraw, name="life-paper-withdraw"),
    path("papers/<int:paper_id>/file/", lifecycle_papers.paper_file, name="life-paper-file"),
    path("projects/<int:project_id>/archive/", lifecycle_archive.archive, name="archive"),
    path("projects/<int:project_id>/archive/summary/", lifecycle_archive.summary, name="archive-summary"),
    path("projects/<int:project_id>/evidence/", lifecycle_archive.pack, name="evidence"),
    path("board/", lifecycle_board.board, name="board"),
    path("board/list/", lifecycle_board.lives, name="lives"),
    path("board/map/", lifecycle_map.project_map, name="project-map"),
]
