"""Errors of one shape: what, where, expected, got, what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable


class NplvError(Exception):
    """An error that a researcher can act on.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str
        The file, table, parameter or area it is about.
    expected, got : str
        What should have been there, and what was.
    todo : str
        What to do next.
    """

    def __init__(self, what: str, *, where: str, expected: str, got: str, todo: str) -> None:
        self.what, self.where = what, where
        self.expected, self.got, self.todo = expected, got, todo
        super().__init__(
            f"{what}\n  where:    {where}\n  expected: {expected}\n"
            f"  got:      {got}\n  to do:    {todo}"
        )


class ParameterError(NplvError):
    """A study or a parameter is unknown, of the wrong type or out of range."""


class RegisterError(NplvError):
    """An entry of the catalogue, the dictionary or the claims register is not as it should be."""


class SourceError(NplvError):
    """A source is missing, or its bytes are not the ones that are pinned."""


class FormatError(NplvError):
    """A file is not in the format its publisher uses."""


class DataError(NplvError):
    """A table breaks a rule of the dictionary or a known truth of its publisher."""


class DivisionError(NplvError):
    """Figures on one year's borders are used with another year's."""


class CircularityError(NplvError):
    """An outcome that was made with housing indicators is used as if it were independent."""


class EstimationError(NplvError):
    """A model cannot be estimated: no variation, perfect collinearity, not identified."""

    code = "not_identified"


class ColumnMissingError(EstimationError):
    """A study lacks a column that a model needs."""

    code = "column_missing"


class TooFewAreasError(EstimationError):
    """Too few areas have all the columns that a model needs."""

    code = "too_few_areas"


class TooFewClustersError(EstimationError):
    """Too few clusters for a cluster-robust error."""

    code = "too_few_clusters"


class NoVariationError(EstimationError):
    """An exposure or an outcome has one value everywhere."""

    code = "no_variation"


class CollinearError(EstimationError):
    """Regressors are perfectly collinear."""

    code = "collinear"


class TooStrongError(EstimationError):
    """An omitted variable as strong as is asked would tell all of the outcome, or more."""

    code = "too_strong"


class UnreliableError(EstimationError):
    """Hardly more than error of measurement is left of a measure."""

    code = "unreliable"


class PerfectFitError(EstimationError):
    """Regressors foretell the outcome without any rest: it was made of them."""

    code = "perfect_fit"


class NoNumberError(EstimationError):
    """A fit ended, and gave no finite estimate, or no error above zero."""

    code = "no_number"


class NotConvergedError(EstimationError):
    """A fit did not converge."""

    code = "not_converged"


class NoCountsError(EstimationError):
    """Counts are all zero, or foretold with certainty: a model of counts has no answer."""

    code = "no_counts"


class OneWaveError(EstimationError):
    """A change is asked for where the waves that it needs are not there."""

    code = "one_wave"


class RoundingError(EstimationError):
    """Waves are rounded differently: rounding would pass for change."""

    code = "rounding"


class WeakInstrumentError(EstimationError):
    """An instrument says too little about what it stands for."""

    code = "weak_instrument"


class NoFocusAreaError(EstimationError):
    """No area of the programme is known in a study."""

    code = "no_focus_area"


class NoPlacesError(EstimationError):
    """Where areas lie is not known, or all lie in one place: nobody is anybody's neighbour."""

    code = "no_places"


class TooFewPlacebosError(EstimationError):
    """There is no room for placebo areas as large as the focus areas."""

    code = "too_few_placebos"


class StoreError(NplvError):
    """A file cannot be read or written."""


def run(main: Callable[[], None]) -> None:
    """Run a layer's door; a known error ends as its message and exit code 2, without a traceback.

    Parameters
    ----------
    main : callable
        The door. Other exceptions pass through: they are mistakes of this repository.
    """
    try:
        main()
    except NplvError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
