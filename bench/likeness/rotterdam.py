"""Buurten of Rotterdam, the one city whose buurten the mirror has with their tenure."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from likeness.figures import BENEFITS, closed_tenure, decimal, rates

YEAR, BEFORE = 2017, 2014
CITY = {
    "Aantal inwoners": "population",
    "Niet-westers totaal": "non_western",
    "Huishoudens totaal": "households",
    "Eenpersoonshuishoudens": "single",
    "Woningvoorraad": "dwellings",
    "Gemiddelde woningwaarde": "woz",
    "Percentage eengezinswoning": "single_family",
    "Percentage onbewoond": "vacant",
    "Koopwoningen": "owner",
    "In bezit woningcorporatie": "corporation",
    "In bezit overige verhuurders": "other",
    "Bouwjaar vanaf 2000": "built_from_2000",
    "40% personen met laagste inkomen": "income_low",
    "20% personen met hoogste inkomen": "income_high",
    "Personen per soort uitkering; Bijstand": "WWB_UITTOT",
    "Personen per soort uitkering; AO": "AO_UIT_TOT",
    "Personen per soort uitkering; WW": "WW_UIT_TOT",
    "Totaal diefstal uit woning/schuur/e.d.": "crime_burglary_rate",
    "Vernieling, misdrijf tegen openbare orde": "crime_vandalism_rate",
    "Gewelds- en seksuele misdrijven": "crime_violence_rate",
    "Omgevingsadressendichtheid": "address_density",
}


def city(mirror: Path) -> pd.DataFrame:
    """Read the buurten of Rotterdam, with the change of tenure and felt safety of its survey."""
    table, before = (_rotterdam(mirror, year) for year in (YEAR, BEFORE))
    table["tenure_corporation_change"] = table["tenure_corporation"] - before["tenure_corporation"]
    table["social_assistance_rate_before"] = before["social_assistance_rate"]
    index = pd.read_csv(mirror / "rotterdam/gemeente 2016 vi.csv", sep=";", encoding="latin1")
    # the number of the city's own areas is the end of the code; its index is higher where safer
    felt = index[index["wijknr"] < 100].set_index("wijknr")["Veiligheidsbeleving"]
    number = table.index.str[-2:].astype(int).to_series(index=table.index)
    table["feels_unsafe"] = -number.map(felt.groupby(level=0).first()).astype(float)
    return table.assign(municipality="GM0599", urbanity=1)


def _rotterdam(mirror: Path, year: int) -> pd.DataFrame:
    text = (mirror / f"kwb/Kerncijfers_wijken_en_buurten_{year}.csv").read_text("utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    names = [name.strip("| \xa0") for name in rows[3]]
    places = {name: names.index(name) for name in reversed(names)}
    # of names that occur twice, such as those of dwellings and of their use of gas, the first
    code = places["Codering"]
    kept = [row for row in rows[5:] if len(row) > code and row[code].startswith("BU")]
    figures = pd.DataFrame(
        {
            ours: [decimal(row[places[name]]) for row in kept]
            for name, ours in CITY.items()
            if name in places
        },
        index=[row[code].strip() for row in kept],
    )
    table = figures.drop(columns=list(BENEFITS)).join(rates(figures, figures["population"]))
    table["share_non_western"] = 100 * table["non_western"] / table["population"]
    households = table["households"].where(table["households"] > 0)
    table["share_single"] = 100 * table["single"] / households
    return closed_tenure(table)
