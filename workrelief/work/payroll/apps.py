from django.apps import AppConfig


class PayrollConfig(AppConfig):
    name = "workrelief.work.payroll"
    label = "payroll"
    verbose_name = "劳务报酬"

    def ready(self) -> None:
        from workrelief.base.intake.importer import register
        from workrelief.work.lifecycle import facts
        from workrelief.work.payroll.importers import PaySheetImporter
        from workrelief.work.payroll.life_facts import pay_facts

        register(PaySheetImporter())
        facts.provide(facts.PayFacts, pay_facts)
