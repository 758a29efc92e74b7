from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "workrelief.outputs.bulletins"
    label = "bulletins"
    verbose_name = "通报"
