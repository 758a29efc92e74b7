from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "workrelief.base.files"
    label = "files"
    verbose_name = "文件"
