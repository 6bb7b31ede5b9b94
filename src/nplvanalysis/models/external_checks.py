"""Figures that others published, computed anew from the panel of a study."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.models.external_scores import HEERLEN, hoensbroek, vaals, weak
from nplvanalysis.models.external_trends import TRENDS
from nplvanalysis.models.profile import CANDIDATE, FOCUS
from nplvanalysis.models.published import (
    NO,
    NOT_HERE,
    PARTLY,
    YES,
    Answer,
    Check,
    focus_rows,
    latest,
    mean,
)
from nplvanalysis.params import Study

# How far a figure of a neighbouring year or edition may be off and still count as the same.
CLOSE = 0.05
# How many points are "about 7".
ABOUT = 1.0
AMSTERDAM, TUBBERGEN = "GM0363", "GM0183"
COARSE = "Areas of this study are larger than the buurten that were counted."
# Why a figure has no counterpart, where it is not a column that a study lacks.
NO_CLASSES = "The open scores have no classes; here 11 % serves as the yardstick of the two above."


def table(panel: pd.DataFrame, published: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Set published figures beside ours.

    Parameters
    ----------
    panel : DataFrame
        Measures of a study, all levels, rows (code, division, year); with focus_area and
        focus_candidate if the study knows focus areas.
    published : DataFrame
        check, what, source, figure, unit, year, tag, needs; see data/external_checks.csv.
    study : Study

    Returns
    -------
    DataFrame
        The columns of `published`, and ours, our_year, reproduced ("yes", "partly", "no", "not
        here"), why. One row per published figure.
    """
    answers = [_answer(str(check), panel, study) for check in published["check"]]
    return published.assign(
        ours=[one.ours if one else np.nan for one in answers],
        our_year=pd.array([one.year if one else None for one in answers], dtype="Int64"),
        reproduced=[one.reproduced if one else NOT_HERE for one in answers],
        why=[
            one.why if one else _absent(str(check), str(needs), panel, study)
            for check, needs, one in zip(
                published["check"], published["needs"], answers, strict=True
            )
        ],
    )


def _answer(check: str, panel: pd.DataFrame, study: Study) -> Answer | None:
    return None if study.synthetic or check not in CHECKS else CHECKS[check](panel, study)


def _absent(check: str, needs: str, panel: pd.DataFrame, study: Study) -> str:
    if study.synthetic:
        return "The areas are made up."
    if check == "weak_country" and "lbm" in panel:
        return NO_CLASSES
    return f"Needs {needs}." if needs else "This study has no column for it."


def _year(rows: pd.DataFrame) -> int:
    return int(rows["year"].iloc[0])


def _one_city(rows: pd.DataFrame) -> bool:
    return len(set(rows["municipality"])) == 1


def _corporation_areas(panel: pd.DataFrame, study: Study) -> Answer | None:
    rows = latest(panel, study.unit, "tenure_corporation", "population")
    if rows.empty:
        return None
    people = float(rows.loc[rows["tenure_corporation"] > 200 / 3, "population"].sum())
    if _one_city(rows):
        return Answer(people, _year(rows), NO, f"One city only. {COARSE}")
    verdict = YES if abs(people / 1_500_000 - 1) < CLOSE else PARTLY if people else NO
    return Answer(people, _year(rows), verdict, "" if study.unit == "buurt" else COARSE)


def _focus_people(panel: pd.DataFrame, study: Study) -> Answer | None:
    rows = focus_rows(latest(panel, study.unit, "population"))
    if rows.empty or _one_city(rows):
        return None
    areas = rows[FOCUS].mask(rows[FOCUS] == "", rows.get(CANDIDATE, "")).nunique()
    people = float(rows["population"].sum())
    why = f"The borders of {areas} of the 20 areas are known, in part as candidates."
    return Answer(people, _year(rows), NO, why)


def _heerlen(panel: pd.DataFrame, *columns: str) -> pd.DataFrame:
    rows = focus_rows(latest(panel, "wijk", *columns))
    return rows[rows["code"].str.startswith("WK0917")]


def _heerlen_people(panel: pd.DataFrame, _study: Study) -> Answer | None:
    rows = _heerlen(panel, "population")
    if rows.empty:
        return None
    people = float(rows["population"].sum())
    why = f"{len(rows)} of the 14 buurten that make up the area are known by code."
    return Answer(people, _year(rows), YES if abs(people / 56_000 - 1) < CLOSE else PARTLY, why)


def _heerlen_rented(panel: pd.DataFrame, _study: Study) -> Answer | None:
    rows = _heerlen(panel, "owner_occupied", "dwellings")
    if rows.empty:
        return None
    rented = 100 - mean(rows, "owner_occupied", "dwellings")
    why = "All that is not owner-occupied, in the wijken known by code."
    return Answer(rented, _year(rows), YES if rented > 50 else NO, why)


def _heerlen_wijken(panel: pd.DataFrame, _study: Study) -> Answer | None:
    rows = latest(panel, "wijk", "population")
    own = rows[rows["municipality"] == HEERLEN] if len(rows) else rows
    return (
        Answer(float(len(own)), _year(own), YES if len(own) == 23 else NO, "") if len(own) else None
    )


def _focus_employed(panel: pd.DataFrame, study: Study) -> Answer | None:
    rows = latest(panel, study.unit, "employment", "population")
    own = focus_rows(rows)
    if own.empty:
        return None
    gap = mean(own, "employment", "population") - mean(rows, "employment", "population")
    why = "Other year; the focus areas whose borders are known, against all wijken."
    return Answer(gap, _year(rows), PARTLY if abs(gap + 7) < ABOUT else NO, why)


def _focus_employed_level(panel: pd.DataFrame, study: Study) -> Answer | None:
    rows = latest(panel, study.unit, "employment", "population")
    own = focus_rows(rows)
    if own.empty:
        return None
    level, all_ = (mean(which, "employment", "population") for which in (own, rows))
    why = (
        f"Other year, and it seems another definition: ours of all areas is {all_:.1f}, the "
        "published figures imply 71. The difference between both agrees, see there."
    )
    return Answer(level, _year(own), PARTLY if abs(level - 64) < ABOUT else NO, why)


def _crime(code: str, highest: bool | None) -> Check:
    """Offences per 1000 residents: of the country if `code` is empty, else of one municipality."""

    def check(panel: pd.DataFrame, _study: Study) -> Answer | None:
        rows = latest(panel, "gemeente", "offences_total_rate", "offences_population")
        if rows.empty:
            return None
        why = f"Ours is of {_year(rows)}; registered crime fell from year to year before it."
        if not code:
            rate = mean(rows, "offences_total_rate", "offences_population")
            return Answer(rate, _year(rows), NO, why)
        rates = rows.set_index("code")["offences_total_rate"]
        rank = int(rates.rank(ascending=not highest)[code])
        which = "highest" if highest else "lowest"
        why = f"{why} Number {rank} from the {which} of {len(rates)} municipalities."
        return Answer(float(rates[code]), _year(rows), PARTLY if rank <= 3 else NO, why)

    return check


CHECKS: dict[str, Check] = {
    "corporation_areas": _corporation_areas,
    "weak_focus_before": weak(2018),
    "weak_focus_after": weak(2022),
    "hoensbroek": hoensbroek,
    "vaals": vaals,
    "focus_people": _focus_people,
    "heerlen_people": _heerlen_people,
    "heerlen_rented": _heerlen_rented,
    "heerlen_wijken": _heerlen_wijken,
    "focus_employed": _focus_employed,
    "focus_employed_level": _focus_employed_level,
    "crime_country": _crime("", None),
    "crime_amsterdam": _crime(AMSTERDAM, highest=True),
    "crime_tubbergen": _crime(TUBBERGEN, highest=False),
    **TRENDS,
}
