from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "workrelief.work.workers"
    label = "workers"
    verbose_name = "务工群众"
