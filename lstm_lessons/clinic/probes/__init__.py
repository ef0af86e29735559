"""The six probes, a file each, in the order in which they are tried."""

from collections.abc import Callable

from lstm_lessons.clinic.case import Case
from lstm_lessons.clinic.probes.batch_composition import batch_composition
from lstm_lessons.clinic.probes.causality import causality
from lstm_lessons.clinic.probes.chunk_consistency import chunk_consistency
from lstm_lessons.clinic.probes.eval_determinism import eval_determinism
from lstm_lessons.clinic.probes.parameter_gradients import parameter_gradients
from lstm_lessons.clinic.probes.sample_independence import sample_independence
from lstm_lessons.clinic.report import Finding

Probe = Callable[[Case], Finding]

PROBES: dict[str, Probe] = {
    "sample independence": sample_independence,
    "batch composition": batch_composition,
    "causality": causality,
    "chunk consistency": chunk_consistency,
    "eval determinism": eval_determinism,
    "parameter gradients": parameter_gradients,
}
