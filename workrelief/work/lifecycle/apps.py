from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "workrelief.work.lifecycle"
    label = "lifecycle"
    verbose_name = "项目全程"
