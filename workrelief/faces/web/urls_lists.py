"""Addresses of the three-level lists: entries, steps, editions, doubles, and what was matched but not listed."""

from __future__ import annotations

from django.urls import path

from workrelief.faces.web.views import lists, lists_doubles, lists_editions, lists_entry

urlpatterns_lists = [
    path("lists/", lists.entry_list, name="lists"),
    path("lists/step/", lists.step, name="lists-step"),
    path("lists/enter/", lists_entry.enter_many, name="lists-enter-many"),
    path("lists/enter/<int:project_id>/", lists_entry.enter, name="lists-enter"),
    path("lists/entries/<int:entry_id>/", lists_entry.entry, name="lists-entry"),
    path("lists/entries/<int:entry_id>/step/", lists_entry.step, name="lists-entry-step"),
    path("lists/issue/", lists_editions.issue, name="lists-issue"),
    path("lists/issue/<str:form>/", lists_editions.draft, name="lists-draft"),
    path("lists/close/", lists_editions.close, name="lists-close"),
    path("lists/editions/", lists_editions.edition_list, name="lists-editions"),
    path("lists/editions/<int:edition_id>/", lists_editions.edition, name="lists-edition"),
    path("lists/editions/<int:edition_id>/withdraw/", lists_editions.withdraw, name="lists-edition-withdraw"),
    path("lists/editions/<int:edition_id>/<str:form>/", lists_editions.as_file, name="lists-edition-file"),
    path("lists/compare/", lists_editions.compare, name="lists-compare"),
    path("lists/duplicates/", lists_doubles.duplicates, name="lists-duplicates"),
    path("lists/duplicates/look/", lists_doubles.look, name="lists-duplicates-look"),
    path("lists/duplicates/<int:pair_id>/", lists_doubles.decide, name="lists-duplicate"),
    path("lists/unlisted/", lists_doubles.unlisted, name="lists-unlisted"),
]
