from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "workrelief.work.training"
    label = "training"
    verbose_name = "培训"

    def ready(self) -> None:
        from workrelief.base.intake.importer import register
        from workrelief.work.training.importers import TrainingImporter

        register(TrainingImporter())
