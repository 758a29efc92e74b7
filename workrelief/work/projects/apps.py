from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "workrelief.work.projects"
    label = "projects"
    verbose_name = "项目"

    def ready(self) -> None:
        from workrelief.base.intake.importer import register
        from workrelief.work.projects import importers

        for one in (importers.ProgressImporter(), importers.PublishedProjectsImporter()):
            register(one)
