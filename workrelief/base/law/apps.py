from django.apps import AppConfig
from django.core import checks

from workrelief.base.law.loading import LawDataError
from workrelief.base.law.registry import law


class LawConfig(AppConfig):
    name = "workrelief.base.law"
    label = "law"
    verbose_name = "政策与参数"

    def ready(self) -> None:
        checks.register(check_law_data)


def check_law_data(**_options: object) -> list[checks.CheckMessage]:
    """System check: every law file is readable, cites what exists, and has no gap or overlap in dates."""
    try:
        law()
    except LawDataError as err:
        return [checks.Error(str(err), id="law.E001")]
    return []
