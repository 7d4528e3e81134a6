"""The admin of the work: which job stands where, why a step failed, the recipes, and what is encrypted."""

from processing.admin import packages, work
from processing.admin.work import PresetAdmin

__all__ = ["PresetAdmin", "packages", "work"]
