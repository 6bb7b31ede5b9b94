"""Small files in the publishers' own formats, written by hand: two gemeenten with five buurten."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

import pandas as pd

Tables = dict[str, dict[str, Any]]

AREAS = {
    "NL00": "Nederland",
    "GM0014": "Groningen",
    "WK001400": "Centrum",
    "BU00140000": "Binnenstad-Noord",
    "BU00140001": "Indië",
    "GM1900": "Súdwest-Fryslân",
    "WK190000": "Sneek",
    "BU19000000": "Sneek centrum",
    "BU19000001": "Sneek-Oost",
    "WK1900AA": "Bolsward",
    "BU1900AA01": "Bolsward",
}
UNKNOWN = {
    "GM0000": "Gemeente onbekend",
    "WK000000": "Wijk onbekend",
    "BU00000000": "Buurt onbekend",
}
LEVELS = {"NL": "Land", "GM": "Gemeente", "WK": "Wijk", "BU": "Buurt"}
PAGE = 4

IDENTITY = [
    ("Regioaanduiding", "Gemeentenaam", "naam", "String"),
    ("Regioaanduiding", "SoortRegio", "omschrijving", "String"),
    ("Regioaanduiding", "Codering", "code", "String"),
    ("Regioaanduiding", "IndelingswijzigingGemeenteWijkBuurt", "code", "String"),
]
# group, stem, unit, datatype, value in every area
KEY_FIGURES = [
    ("Bevolking", "AantalInwoners", "aantal", "Long", 1000),
    ("Leeftijdsgroepen", "k_15Tot25Jaar", "aantal", "Long", 150),
    ("Leeftijdsgroepen", "k_65JaarOfOuder", "aantal", "Long", 200),
    ("Herkomstland", "BuitenEuropa", "aantal", "Long", 120),
    ("Geboren in Nederland", "BuitenEuropa", "aantal", "Long", 60),
    ("Particuliere huishoudens", "HuishoudensTotaal", "aantal", "Long", 500),
    ("Particuliere huishoudens", "Eenpersoonshuishoudens", "aantal", "Long", 200),
    ("Particuliere huishoudens", "HuishoudensZonderKinderen", "aantal", "Long", 150),
    ("Particuliere huishoudens", "HuishoudensMetKinderen", "aantal", "Long", 150),
    ("Bevolking", "Bevolkingsdichtheid", "aantal inwoners per km²", "Long", 3400),
    ("Wonen", "Woningvoorraad", "aantal", "Long", 480),
    ("Wonen", "GemiddeldeWOZWaardeVanWoningen", "x 1 000 euro", "Long", 310),
    ("Woningen naar type", "PercentageEengezinswoning", "%", "Long", 60),
    ("Woningen naar type", "Tussenwoning", "%", "Long", 40),
    ("Woningen naar type", "PercentageMeergezinswoning", "%", "Long", 40),
    ("Woningen naar bewoning", "PercentageOnbewoond", "%", "Long", 4),
    ("Woningen naar eigendom", "Koopwoningen", "%", "Long", 45),
    ("Huurwoningen", "HuurwoningenTotaal", "%", "Long", 54),
    ("Huurwoningen", "InBezitWoningcorporatie", "%", "Long", 34),
    ("Huurwoningen", "InBezitOverigeVerhuurders", "%", "Long", 20),
    ("Woningen naar eigendom", "EigendomOnbekend", "%", "Long", 1),
    ("Woningen naar bouwjaar", "BouwjaarVanaf2000", "%", "Long", 18),
    ("Naar woningtype", "Tussenwoning", "kWh", "Long", 2600),
    ("Inkomen van personen", "GemiddeldInkomenPerInwoner", "x 1 000 euro", "Double", 27.4),
    ("Inkomen van personen", "k_40PersonenMetLaagsteInkomen", "%", "Double", 44.1),
    ("Inkomen van personen", "k_20PersonenMetHoogsteInkomen", "%", "Double", 18.0),
    ("Sociale zekerheid", "PersonenPerSoortUitkeringBijstand", "aantal", "Long", 40),
    ("Sociale zekerheid", "PersonenPerSoortUitkeringAO", "aantal", "Long", 50),
    ("Sociale zekerheid", "PersonenPerSoortUitkeringWW", "aantal", "Long", 20),
    ("Sociale zekerheid", "PersonenPerSoortUitkeringAOW", "aantal", "Long", 210),
    ("Zorg", "PercentageJongerenMetJeugdzorg", "%", "Double", None),
    ("Zorg", "WmoClientenRelatief", "per 1 000 inwoners", "Long", 61),
    ("Nabijheid voorzieningen", "AfstandTotHuisartsenpraktijk", "km", "Double", 0.8),
    ("Nabijheid voorzieningen", "AfstandTotGroteSupermarkt", "km", "Double", 0.7),
    ("Nabijheid voorzieningen", "AfstandTotKinderdagverblijf", "km", "Double", 0.6),
    ("Basisonderwijs", "AfstandTotSchool", "km", "Double", 0.5),
    ("Basisonderwijs", "ScholenBinnen3Km", "aantal", "Double", 9.3),
    ("Oppervlakte", "OppervlakteTotaal", "ha", "Long", 32),
    ("Oppervlakte", "OppervlakteLand", "ha", "Long", 30),
    ("Stedelijkheid", "MateVanStedelijkheid", "code", "Long", 2),
    ("Stedelijkheid", "Omgevingsadressendichtheid", "per km²", "Long", 1800),
]
# Of which a whole has the sum of its parts; the other figures are the same in every area.
ADDITIVE = ["AantalInwoners", "Woningvoorraad"]
NEAR = [
    ("Huisartsenpraktijk", "AfstandTotHuisartsenpraktijk", "km", "Double", 0.8),
    ("Openbaar groen", "AfstandTotOpenbaarGroenTotaal", "km", "Double", 0.4),
]
MOVED = [
    ("Verhuizingen", "GevestigdePersonen", "aantal", "Long", 90),
    ("Verhuizingen", "VertrokkenPersonen", "aantal", "Long", 80),
]
FELT = [("In de buurt", "VoeltZichWeleensOnveilig", "%", "Double", 20.5)]
COUNTED = [("", "GeregistreerdeMisdrijven", "aantal", "Long", 0)]
MARGINS = {"MW00000": 0.0, "MOG0095": -3.5, "MBG0095": 4.0}
# offences in one buurt and year
KINDS = {
    "1.1.1": 3,
    "1.4.1": None,
    "1.4.2": None,
    "1.4.3": 1,
    "1.4.4": 2,
    "1.4.5": 4,
    "1.4.6": 1,
    "1.4.7": 1,
    "2.2.1": 5,
    "2.6.10": 7,
}


def kwb_statline(figures: Sequence[tuple] = KEY_FIGURES) -> Tables:
    """KWB 2024: topics that share a stem, a column that is not filled yet, three pages."""
    listed, buurten = {stem: own for _, stem, *_, own in KEY_FIGURES}, _buurten(AREAS)
    rows = _by_area()
    for row in rows:
        row |= {stem: listed[stem] * buurten[row["area"]] for stem in ADDITIVE}
    return _table("85984NED", "2024", [*IDENTITY, *figures], rows, {})


def proximity() -> Tables:
    """Distances of 2024."""
    return _table("86134NED", "2024", [*IDENTITY, *NEAR], _by_area(), {})


def moves() -> Tables:
    """Arrivals and departures, 2022 and 2023."""
    rows = [row | {"Perioden": period} for row in _by_area() for period in ("2022JJ00", "2023JJ00")]
    topics = [*IDENTITY[:2], *MOVED]
    return _on_2024(_table("60048NED", "2022-2023", topics, rows, {"Perioden": None}))


def safety_survey() -> Tables:
    """The safety survey of 2023; one buurt has too few respondents."""
    rows = []
    for row in _by_area():
        for key, more in MARGINS.items():
            felt = None if row["area"] == "BU1900AA01" else 20.5 + more
            rows.append(row | {"Perioden": "2023JJ00", "Marges": key, FELT[0][1]: felt})
    dimensions = {"Marges": list(MARGINS), "Perioden": None}
    return _on_2024(_table("85146NED", "2023", [*IDENTITY[:2], *FELT], rows, dimensions))


def police() -> Tables:
    """Offences of 2022 and 2023, some at an unknown place; sex offences hidden."""
    places = AREAS | UNKNOWN
    sums = _buurten(places)
    rows = []
    for row in _by_area(places):
        for kind, count in {"0.0.0": 25, **KINDS}.items():
            number = None if count is None else count * sums[row["area"]]
            for period in ("2022JJ00", "2023JJ00"):
                keys = {"SoortMisdrijf": kind.ljust(6), "Perioden": period}
                rows.append(row | keys | {COUNTED[0][1]: number})
    kinds = [kind.ljust(6) for kind in ("0.0.0", *KINDS)]
    topics = [*COUNTED, *IDENTITY[:2]]
    dimensions = {"SoortMisdrijf": kinds, "Perioden": None}
    return _on_2024(_table("47018NED", "2022-2023", topics, rows, dimensions, places, page=120))


def _on_2024(made: Tables) -> Tables:
    made["TableInfos.json"]["value"][0]["ExplanatoryText"] = "de nieuwe buurtindeling van 2024"
    return made


def _buurten(places: dict[str, str]) -> dict[str, int]:
    """How many buurten lie in each area."""
    sums = dict.fromkeys(places, 0)
    for code in places:
        if code.startswith("BU"):
            for owner in (code, f"WK{code[2:8]}", f"GM{code[2:6]}", "NL00"):
                sums[owner] += 1
    return sums


def _by_area(places: dict[str, str] = AREAS) -> list[dict[str, Any]]:
    rows = []
    for code, title in places.items():
        named = {
            "Gemeentenaam": (AREAS | UNKNOWN).get(f"GM{code[2:6]}", title).ljust(40),
            "SoortRegio": LEVELS[code[:2]].ljust(10),
            "Codering": code.ljust(10),
            "IndelingswijzigingGemeenteWijkBuurt": "1",
        }
        rows.append({"area": code} | named)
    return rows


def _table(
    identifier: str,
    period: str,
    topics: list[tuple],
    rows: list[dict[str, Any]],
    dimensions: dict[str, list[str] | None],
    places: dict[str, str] = AREAS,
    page: int = PAGE,
) -> Tables:
    about = {"ID": 0, "Title": "Een tabel", "Identifier": identifier, "Period": period}
    keys = {name: own or _periods(period) for name, own in dimensions.items()}
    areas = [
        {"Key": code.ljust(10), "Title": title, "DetailRegionCode": code if code != "NL00" else ""}
        for code, title in places.items()
    ]
    made = {
        "TableInfos.json": _envelope([about | {"ExplanatoryText": ""}]),
        "DataProperties.json": _envelope(_properties(topics, list(keys))),
        "WijkenEnBuurten.json": _envelope(areas),
    }
    for name, own in keys.items():
        made[f"{name}.json"] = _envelope([{"Key": key, "Title": key} for key in own])
    return made | _pages(identifier, _rows(topics, rows, list(keys)), page)


def _periods(period: str) -> list[str]:
    first, last = period[:4], period[-4:]
    return [f"{year}JJ00" for year in range(int(first), int(last) + 1)]


def _properties(topics: list[tuple], dimensions: list[str]) -> list[dict[str, Any]]:
    kinds = {"WijkenEnBuurten": "GeoDetail", "Perioden": "TimeDimension"}
    listed = [
        {"Type": kinds.get(name, "Dimension"), "Key": name, "Title": name, "ParentID": None}
        for name in ["WijkenEnBuurten", *dimensions]
    ]
    groups = dict.fromkeys(topic[0] for topic in topics if topic[0])
    first = len(listed)
    ids = {group: first + place for place, group in enumerate(groups)}
    listed += [
        {"Type": "TopicGroup", "Key": "", "Title": group, "ParentID": None} for group in groups
    ]
    for rank, (group, stem, unit, datatype, *_) in enumerate(topics, start=1):
        about = {"Type": "Topic", "Key": f"{stem}_{rank}", "Title": f"{stem} "}
        default = "Zero" if stem == "GeregistreerdeMisdrijven" else "Impossible"
        about |= {"ParentID": ids.get(group), "Unit": unit, "Datatype": datatype}
        listed.append(about | {"Default": default})
    return [{"ID": place, **row} for place, row in enumerate(listed)]


def _rows(
    topics: list[tuple], rows: list[dict[str, Any]], dimensions: list[str]
) -> list[dict[str, Any]]:
    made = []
    for place, row in enumerate(rows):
        keys = {"ID": place, "WijkenEnBuurten": row["area"].ljust(10)}
        keys |= {name: row[name] for name in dimensions}
        cells = {
            f"{topic[1]}_{rank}": row.get(topic[1], topic[-1])
            for rank, topic in enumerate(topics, start=1)
        }
        made.append(keys | cells)
    return made


def _pages(identifier: str, rows: list[dict[str, Any]], size: int) -> Tables:
    made = {}
    for number, start in enumerate(range(0, len(rows), size)):
        page = _envelope(rows[start : start + size])
        if start + size < len(rows):
            feed = f"https://opendata.cbs.nl/ODataFeed/odata/{identifier}/TypedDataSet"
            page["odata.nextLink"] = f"{feed}?$format=json&$skip={start + size}"
        made[f"TypedDataSet-{number:03d}.json"] = page
    return made


def _envelope(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"odata.metadata": "https://opendata.cbs.nl/…", "value": copy.deepcopy(rows)}


def zipped(members: dict[str, bytes]) -> bytes:
    """Zip members by name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def members(tables: Tables) -> dict[str, bytes]:
    """Write tables as raw responses."""
    texts = {name: json.dumps(own, ensure_ascii=False) for name, own in tables.items()}
    return {name: text.encode() for name, text in texts.items()}


def rows(tables: Tables) -> list[dict[str, Any]]:
    """All rows of figures, in place."""
    names = sorted(name for name in tables if name.startswith("TypedDataSet"))
    return [row for name in names for row in tables[name]["value"]]


def responses(tables: Tables) -> bytes:
    """Zip tables as raw responses."""
    return zipped(members(tables))


def workbook(table: pd.DataFrame) -> bytes:
    """Write a table as a workbook."""
    stream = io.BytesIO()
    table.to_excel(stream, index=False)
    return stream.getvalue()


ELECTIONS = """Verkiezingsuitslagen Gemeenteraad  2022 - Nederland;;;;;;;;;
# geldige stemmen;1480;;;;;;;;
# ongeldige stemmen;8;;;;;;;;
# blanco stemmen;12;;;;;;;;
Percentage blanco stemmen;0,80 %;;;;;;;;
# kiesgerechtigden;3000;;;;;;;;
Opkomst;1500;;;;;;;;
Opkomstpercentage;50,00 %;;;;;;;;
;;;;;;;;;
Partij;# Stemmen;Percentage;# Zetels;;;;;;
Lokale partijen;880;59,46 %;20;;;;;;
D66;600;40,54 %;12;;;;;;
;;;;;;;;;
Naam;# geldige stemmen;# ongeldige stemmen;# blanco stemmen;Percentage blanco stemmen;"""
ELECTIONS += """# kiesgerechtigden;Opkomst;Opkomstpercentage;Lokale partijen;D66
Groningen;990;4;6;0,60 %;1800;1000;55,56 %;580;410
Súdwest-Fryslân;490;4;6;1,20 %;1200;500;41,67 %;300;190
This file is created with a program for evaluation only. ;;;;;;;;;
Any violation of this provision is forbidden
"""
