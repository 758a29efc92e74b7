from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "workrelief.figures.ledger"
    label = "ledger"
    verbose_name = "事实台账"
