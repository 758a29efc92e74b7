from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "workrelief.work.workers"
    label = "workers"
    verbose_name = "务工群众"

    def ready(self) -> None:
        from workrelief.base.intake.importer import register
        from workrelief.work.lifecycle import facts
        from workrelief.work.workers.importers import RosterImporter
        from workrelief.work.workers.life_facts import roster_facts

        register(RosterImporter())
        facts.provide(facts.RosterFacts, roster_facts)
