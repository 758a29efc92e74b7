from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "workrelief.base.audit"
    label = "audit"
    verbose_name = "审计"
