from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "workrelief.work.catalogue"
    label = "catalogue"
    verbose_name = "指导目录"

    def ready(self) -> None:
        from workrelief.base.intake.importer import register
        from workrelief.work.catalogue.importers import EditionImporter

        register(EditionImporter())
