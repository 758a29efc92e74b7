from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "workrelief.work.lifecycle"
    label = "lifecycle"
    verbose_name = "项目全程"

    def ready(self) -> None:
        from django.core import checks

        from workrelief.work.lifecycle.facts import check_providers
        from workrelief.work.lifecycle.services.following import follow_project
        from workrelief.work.projects.services import follow_edits

        checks.register(check_providers)
        follow_edits(follow_project)
