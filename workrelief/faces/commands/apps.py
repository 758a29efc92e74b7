from django.apps import AppConfig


class CommandsConfig(AppConfig):
    name = "workrelief.faces.commands"
    label = "commands"
    verbose_name = "命令"
