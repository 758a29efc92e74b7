"""The spreadsheets of this room: the month's ledger of money."""

from workrelief.work.funds.importers.money import FundMovementImporter

__all__ = ["FundMovementImporter"]
