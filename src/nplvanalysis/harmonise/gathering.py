"""What a study brings: tables keyed by codes, borders, and what is known about codes."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from nplvanalysis.harmonise import addresses, area_list, coverage, names, splits, unions
from nplvanalysis.harmonise.borders import borders_of, other_borders
from nplvanalysis.harmonise.evidence import Evidence
from nplvanalysis.harmonise.panel import Cleaned
from nplvanalysis.params import Study
from nplvanalysis.registers import Source
from nplvanalysis.schema import Column

# Tables of facts in data/, by what they are here.
FACTS = {
    "municipalities": "municipalities.csv",
    "changes": "municipal_changes.csv",
    "splits": "municipal_splits.csv",
    "exceptions": "name_exceptions.csv",
    "members": "rotterdam_areas.csv",
}
YEARS = ["division", "target_division"]


@dataclass(frozen=True)
class Brought:
    """What a study has, before any of it is on other borders.

    Attributes
    ----------
    sources : dict of str to Source
    tables : dict of str to DataFrame
        Cleaned, by source.
    borders : dict of str to GeoDataFrame
        Cleaned, by source.
    facts : dict of str to DataFrame
        By the names of `FACTS`, every cell as text.
    """

    sources: dict[str, Source]
    tables: dict[str, pd.DataFrame]
    borders: dict[str, gpd.GeoDataFrame]
    facts: dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Gathered:
    """What `panel.harmonise` takes, and what is worth telling about it.

    Attributes
    ----------
    tables, bare : list of Cleaned
        Tables of the unit of the study; and those that a join on bare codes would take.
    areas : GeoDataFrame
        The borders.
    evidence : Evidence
    matched : DataFrame
        See `addresses.Counts`.
    unresolved : DataFrame
        source, name, code, reason: rows and municipalities that have no figures in the panel.
    coverage, bare_coverage : list of DataFrame
        What became of figures that were put together before; empty where the panel tells all.
    """

    tables: list[Cleaned]
    bare: list[Cleaned]
    areas: gpd.GeoDataFrame
    evidence: Evidence
    matched: pd.DataFrame
    unresolved: pd.DataFrame
    coverage: list[pd.DataFrame] = field(default_factory=list)
    bare_coverage: list[pd.DataFrame] = field(default_factory=list)


def gathered(brought: Brought, study: Study, dictionary: dict[str, Column]) -> Gathered:
    """Give names their codes, put buurten of a city together, and collect the evidence.

    Parameters
    ----------
    brought : Brought
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    Gathered

    Raises
    ------
    DataError, DivisionError, ParameterError
        As the functions that read names, areas, borders and lists of addresses.
    """
    if study.unit == area_list.LEVEL:
        return _of_city(brought, study, dictionary)
    own, division = (brought.sources, study.unit, study.years.division), study.years.division
    listed = names.Gazetteer(brought.facts["municipalities"], brought.facts["exceptions"])
    tables, lists, unresolved = [], [], []
    for name, table in brought.tables.items():
        source = brought.sources[name]
        if source.level != study.unit:
            continue
        if source.dataset == "addresses":
            lists.append(table)
            continue
        if "code" not in table:
            found = names.coded(table, listed, name, source.dataset)
            unresolved.append(found.exceptions.assign(source=name))
            table = found.table
        tables.append(Cleaned(name, source, table))
    tied = addresses.tied(lists, division)
    others = {year: brought.borders[name] for year, name in other_borders(*own).items()}
    areas = brought.borders[borders_of(*own)]
    evidence = Evidence(dictionary, others, addresses=tied.evidence)
    if study.unit == "gemeente":
        evidence = _of_municipalities(evidence, tables, brought.facts, listed, division)
    return Gathered(tables, tables, areas, evidence, tied.matched, _told(unresolved))


def _of_municipalities(
    evidence: Evidence,
    tables: list[Cleaned],
    facts: dict[str, pd.DataFrame],
    listed: names.Gazetteer,
    division: int,
) -> Evidence:
    """Add mergers, and households of municipalities that were divided."""
    changes = facts["changes"].astype(dict.fromkeys(YEARS, "int64"))
    divided = facts["splits"].astype(dict.fromkeys([*YEARS, "households"], "int64"))
    others = sorted({int(item.table["division"].iloc[0]) for item in tables} - {division})
    counts = [splits.counts(divided, changes, year, division) for year in others]
    known = [one for one in (evidence.addresses, *counts) if one is not None]
    return Evidence(
        evidence.dictionary,
        evidence.borders,
        recodes=changes,
        addresses=pd.concat(known, ignore_index=True) if known else None,
        codes={year: set(listed.of(year)["code"]) for year in others},
    )


def _of_city(brought: Brought, study: Study, dictionary: dict[str, Column]) -> Gathered:
    """Put buurten together to the areas of a city's own division."""
    members = area_list.members(brought.facts["members"])
    drawn = borders_of(brought.sources, "buurt", study.years.division)
    areas = unions.united_areas(brought.borders[drawn], members)
    tables, bare, covered, by_number = [], [], [], []
    for name, table in brought.tables.items():
        source = brought.sources[name]
        known = coverage.stock([table])
        tables.append(Cleaned(name, source, unions.united(table, members, dictionary, name)))
        covered.append(coverage.tallied(name, table, unions.fates(table, members), known))
        numbered = unions.by_number(table)
        bare.append(Cleaned(name, source, numbered))
        fates = unions.number_fates(table, members)
        by_number.append(coverage.tallied(name, table, fates, known))
    none = addresses.tied([], study.years.division)
    evidence = Evidence(dictionary)
    return Gathered(tables, bare, areas, evidence, none.matched, _told([]), covered, by_number)


def _told(unresolved: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["source", "name", "code", "reason"]
    empty = pd.DataFrame(columns=columns, dtype="str")
    return pd.concat([empty, *unresolved], ignore_index=True)[columns]
