from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "workrelief.work.projects"
    label = "projects"
    verbose_name = "项目"
