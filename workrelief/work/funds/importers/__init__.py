"""The spreadsheets of this room: the decomposition of a plan, the two responsibilities, and the month's ledger of money."""

from workrelief.work.funds.importers.duties import ResponsibilityImporter
from workrelief.work.funds.importers.money import FundMovementImporter
from workrelief.work.funds.importers.plans import FundPlanImporter

__all__ = ["FundMovementImporter", "FundPlanImporter", "ResponsibilityImporter"]
