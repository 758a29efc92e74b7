from django.apps import AppConfig
from django.conf import settings


class CommandsConfig(AppConfig):
    name = "workrelief.faces.commands"
    label = "commands"
    verbose_name = "命令"

    def ready(self) -> None:
        """A process of the demo lives in the demo's present."""
        from workrelief.faces.commands.demo import present

        if settings.DEMO_MODE:
            present.enter()
