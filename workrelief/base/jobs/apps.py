from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "workrelief.base.jobs"
    label = "jobs"
    verbose_name = "任务"
