from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "workrelief.work.funds"
    label = "funds"
    verbose_name = "投资计划"

    def ready(self) -> None:
        from workrelief.base.intake.importer import register
        from workrelief.work.funds import importers
        from workrelief.work.funds.queries.facts import plan_facts, voucher_facts
        from workrelief.work.funds.queries.money import money_facts
        from workrelief.work.funds.queries.share import share_facts
        from workrelief.work.funds.services.money import follow_project
        from workrelief.work.lifecycle import facts
        from workrelief.work.projects.services import follow_edits

        register(importers.FundPlanImporter())
        register(importers.FundMovementImporter())
        register(importers.ResponsibilityImporter())
        facts.provide(facts.PlanFacts, plan_facts)
        facts.provide(facts.ShareFacts, share_facts)
        facts.provide(facts.VoucherFacts, voucher_facts)
        facts.provide(facts.MoneyFacts, money_facts)
        follow_edits(follow_project)
