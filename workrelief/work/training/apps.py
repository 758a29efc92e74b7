from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "workrelief.work.training"
    label = "training"
    verbose_name = "培训"
