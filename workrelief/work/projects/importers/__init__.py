"""The spreadsheets of this room: lists of projects, the provincial progress table, published projects."""

from workrelief.work.projects.importers.lists import ProjectListImporter
from workrelief.work.projects.importers.progress import ProgressImporter
from workrelief.work.projects.importers.published import PublishedProjectsImporter

__all__ = ["ProgressImporter", "ProjectListImporter", "PublishedProjectsImporter"]
