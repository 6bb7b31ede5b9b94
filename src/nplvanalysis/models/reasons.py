"""Why a hypothesis has no estimate in a study, in words."""

from __future__ import annotations

from nplvanalysis.registers import Hypothesis
from nplvanalysis.schema import Column


def why_not(
    hypothesis: Hypothesis, study: str, present: set[str], dictionary: dict[str, Column]
) -> tuple[str, str, str]:
    """Say why a hypothesis has no estimate in a study.

    Parameters
    ----------
    hypothesis : Hypothesis
    study : str
    present : set of str
        Columns with at least one value.
    dictionary : dict of str to Column

    Returns
    -------
    tuple of str
        Reason code, text in Dutch, text in English.
    """
    general = hypothesis.not_testable
    if general and general.code == "not_open":
        return general.code, general.reason.nl, general.reason.en
    if study in hypothesis.lacking:
        return "column_missing", hypothesis.lacking[study].nl, hypothesis.lacking[study].en
    missing = [dictionary[name] for name in hypothesis.needs if name not in present]
    if missing:
        nl = ", ".join(column.title_nl for column in missing)
        en = ", ".join(column.title_en for column in missing)
        return "column_missing", f"Niet in deze studie: {nl}.", f"Not in this study: {en}."
    if general:
        return general.code, general.reason.nl, general.reason.en
    return (
        "no_row",
        "Voor deze studie is vooraf geen toets vastgelegd.",
        "No test was fixed beforehand for this study.",
    )
