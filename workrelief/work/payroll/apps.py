from django.apps import AppConfig


class PayrollConfig(AppConfig):
    name = "workrelief.work.payroll"
    label = "payroll"
    verbose_name = "劳务报酬"
