from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "workrelief.work.funds"
    label = "funds"
    verbose_name = "投资计划"
