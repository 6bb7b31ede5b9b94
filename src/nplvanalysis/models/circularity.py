"""The guard against housing explaining itself."""

from __future__ import annotations

from collections.abc import Sequence

from nplvanalysis.errors import CircularityError
from nplvanalysis.params import Specification
from nplvanalysis.registers import Row
from nplvanalysis.schema import Column

LEEFBAAROMETER = ("lbm", "afw", "fys", "onv", "soc", "vrz", "won")
STACKING = ("stacking", "stacking_z")


def refuse_circular(
    row: Row, specification: Specification, controls: list[str], dictionary: dict[str, Column]
) -> None:
    """Refuse outcomes, and controls, that were made with housing indicators.

    Parameters
    ----------
    row : Row
        Outcome and role.
    specification : Specification
        Its terms are the exposure.
    controls : list of str
        A flagged control would be a mediator made with housing.
    dictionary : dict of str to Column
        With the flag `modelled_with_housing`.

    Raises
    ------
    CircularityError
        If the outcome is flagged and the role is confirmatory, if it is certainly made of
        housing and decides a verdict, if a control is flagged, or if property value explains a
        Leefbaarometer outcome (its model was fitted on house prices).
    """
    flag = dictionary[row.outcome].modelled_with_housing
    allowed = {"no": True, "suspected": row.role in ("instrument", "decomposition", "wave")}
    if not allowed.get(flag, row.role == "decomposition"):
        raise CircularityError(
            "The outcome was made with housing indicators: housing would explain itself.",
            where=f"outcome {row.outcome!r} in role {row.role!r}",
            expected="an outcome with modelled_with_housing = no in data/columns.csv",
            got=f"modelled_with_housing = {flag}",
            todo="Use registered crime, a direct survey or a register; show the Leefbaarometer "
            "as role 'decomposition', or a dimension without housing as role 'instrument'.",
        )
    flagged = [
        name for name in controls if dictionary[name].modelled_with_housing in ("suspected", "yes")
    ]
    if flagged:
        raise CircularityError(
            "A control was made with housing indicators: it would take the place of housing.",
            where=f"controls {controls}",
            expected="controls with modelled_with_housing = no in data/columns.csv",
            got=", ".join(flagged),
            todo="Take it out of models.controls or models.controls_other.",
        )
    if row.outcome in LEEFBAAROMETER and "woz" in [*specification.terms, *controls]:
        raise CircularityError(
            "Property value cannot explain the Leefbaarometer, which was fitted on house prices.",
            where=f"outcome {row.outcome!r}, terms {specification.terms}, controls {controls}",
            expected="tenure shares or measures of housing mix",
            got="woz",
            todo="Take woz out of the terms and controls.",
        )


def refuse_own_problem(row: Row, specification: Specification, problems: Sequence[str]) -> None:
    """Refuse an outcome that is counted among the problems that explain it.

    Parameters
    ----------
    row : Row
    specification : Specification
    problems : sequence of str
        Columns that stacking counts.

    Raises
    ------
    CircularityError
        If stacking is a term and the outcome is one of its problems.
    """
    if row.outcome in problems and set(specification.terms) & {*STACKING}:
        raise CircularityError(
            "The outcome is one of the problems that stacking counts: it would explain itself.",
            where=f"outcome {row.outcome!r}, params.yaml, measures.problems",
            expected="an outcome that is none of the problems",
            got=", ".join(problems),
            todo="Take the outcome out of measures.problems, or choose another outcome.",
        )
