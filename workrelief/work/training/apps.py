from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "workrelief.work.training"
    label = "training"
    verbose_name = "培训"

    def ready(self) -> None:
        from workrelief.base.intake.importer import register
        from workrelief.work.lifecycle import facts
        from workrelief.work.training.importers import TrainingImporter
        from workrelief.work.training.life_facts import training_facts

        register(TrainingImporter())
        facts.provide(facts.TrainingFacts, training_facts)
