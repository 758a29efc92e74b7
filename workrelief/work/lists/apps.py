from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "workrelief.work.lists"
    label = "lists"
    verbose_name = "三级清单"

    def ready(self) -> None:
        from workrelief.base.intake.importer import register
        from workrelief.work.lifecycle.facts import DoubleFacts, ListFacts, provide
        from workrelief.work.lists.importers import ListImporter
        from workrelief.work.lists.queries import double_facts, list_facts
        from workrelief.work.lists.services import follow_edit
        from workrelief.work.projects.services import follow_edits

        register(ListImporter())
        provide(ListFacts, list_facts)
        provide(DoubleFacts, double_facts)
        follow_edits(follow_edit)
