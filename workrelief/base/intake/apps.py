from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "workrelief.base.intake"
    label = "intake"
    verbose_name = "导入"
