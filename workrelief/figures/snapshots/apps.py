from django.apps import AppConfig


class SnapshotsConfig(AppConfig):
    name = "workrelief.figures.snapshots"
    label = "snapshots"
    verbose_name = "数据快照"
