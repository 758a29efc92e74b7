from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "workrelief.work.catalogue"
    label = "catalogue"
    verbose_name = "指导目录"
