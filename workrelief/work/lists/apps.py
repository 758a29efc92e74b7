from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "workrelief.work.lists"
    label = "lists"
    verbose_name = "三级清单"
