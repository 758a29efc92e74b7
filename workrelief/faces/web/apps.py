from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "workrelief.faces.web"
    label = "web"
    verbose_name = "页面"
