"""Six probes for anybody's recurrent model: what moves when one entry of its input is moved."""

from lstm_lessons.clinic.diagnose import diagnose
from lstm_lessons.clinic.report import Finding, Report

__all__ = ["Finding", "Report", "diagnose"]
