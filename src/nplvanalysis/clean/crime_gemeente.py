"""StatLine 83648NED as CSV: registered offences by gemeente, by name, in CBS's main groups.

Each year is on its own division: a municipality has figures in the years that it existed in, and
rows without any in the others. One entry of the catalogue takes one year of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

KIND, PERIOD, REGION = "soort misdrijf", "perioden", "regio's"
# The last part of headers that carry their topic in front: "Geregistreerde misdrijven/...".
COUNT, SHARE, RATE = "(aantal)", "(% van totaal geregistreerde misdrijven)", "(per 1 000 inwoners)"
NUMBERS = cells.Notation(
    missing=("",),
    pattern=r"[0-9]+(,[0-9])?",
    says="a number with a decimal comma, or an empty cell",
    thousands=False,
)
TOTAL, PEOPLE = "offences_total", "offences_population"
RATES = ["total", "property", "public_order", "violence", "drugs"]
# Counts are rounded to 5, shares to whole percentages, rates to one decimal.
HALF_COUNT, HALF_SHARE, HALF_RATE = 2.5, 0.5, 0.05
SLACK = 1e-9
# Fewer offences in a year than this may well fall to a third by chance.
ENOUGH = 100
KEY = ["name", "division", "year"]


def clean(raw: pd.DataFrame, entry: Source) -> tidy.Cleaned:
    """Clean one year of the table.

    Parameters
    ----------
    raw : DataFrame
        The CSV, every cell as text.
    entry : Source
        Its year says which rows; its division is that of the names.

    Returns
    -------
    Cleaned
        One row per gemeente; keyed by name, since the file has no codes. Rates are those of the
        counts over the residents that the published rate of the total implies.

    Raises
    ------
    FormatError
        If it is not this table.
    DataError
        If a cell is wrong, rows are missing or twice there, groups do not sum to the total, or
        shares and rates are not those of the counts.
    DivisionError
        If the year is not in the table, or is listed under another division.
    """
    tidy.own_borders(entry)
    headed = _headed(raw, entry.file)
    long = _of_year(headed, entry)
    counts = _wide(long, COUNT, entry.file)
    there = counts.notna().any(axis=1)
    torn = (there & counts.isna().any(axis=1)).to_numpy()
    name = counts.index.to_series()
    cells.refuse(torn, name.rename(COUNT), name, entry.file, "all groups of a region, or none")
    counts = counts[there]
    published = {part: _wide(long, part, entry.file)[there] for part in (SHARE, RATE)}
    people = 1000 * counts[TOTAL] / published[RATE][TOTAL].where(published[RATE][TOTAL] > 0)
    _sums(counts, entry.file)
    _ratios(counts, published, people, entry.file)
    fell = _fell(counts[TOTAL], headed, entry)
    notes = {
        f"regions without figures in {entry.year} left out": int((~there).sum()),
        "regions whose offences fell to under a third in a year left without": int(fell.sum()),
    }
    made = _tidied(counts.mask(fell), people.mask(fell), entry)
    return tidy.Cleaned(made, notes={says: n for says, n in notes.items() if n}, key=KEY)


def _headed(raw: pd.DataFrame, where: str) -> pd.DataFrame:
    """Name columns by what they hold, whatever topic stands in front of it."""
    headers = [" ".join(str(name).lower().split()) for name in raw.columns]
    wanted = [KIND, PERIOD, REGION, COUNT, SHARE, RATE]
    found = {end: [at for at, name in enumerate(headers) if name.endswith(end)] for end in wanted}
    wrong = [end for end, places in found.items() if len(places) != 1]
    if wrong or len(headers) != len(wanted):
        raise errors.FormatError(
            "The file is not the table of registered offences by municipality.",
            where=where,
            expected=f"columns that end in {', '.join(wanted)}, each once",
            got=f"{', '.join(headers)}" if len(headers) > 1 else "one column: another separator?",
            todo="Fetch table 83648NED as CSV with statistical symbols off from StatLine.",
        )
    return raw.iloc[:, [found[end][0] for end in wanted]].set_axis(wanted, axis="columns")


def _of_year(long: pd.DataFrame, entry: Source) -> pd.DataFrame:
    """Select a year; every region must have every group once."""
    long = long.assign(**{key: long[key].str.strip() for key in (KIND, PERIOD, REGION)})
    rows = long[long[PERIOD] == str(entry.year)].reset_index(drop=True)
    if rows.empty:
        raise errors.DivisionError(
            "The table does not have the year of the catalogue.",
            where=f"{entry.file}, column {PERIOD}",
            expected=str(entry.year),
            got=", ".join(sorted(set(long[PERIOD]))),
            todo="Correct the year in data/sources.yaml, or fetch the table with that year.",
        )
    published = schema.published_names("crime_gemeente").items()
    kinds = {code: name for code, name in published if name != "name"}
    strange = ~rows[KIND].isin(kinds).to_numpy(dtype=bool)
    cells.refuse(strange, rows[KIND], rows[REGION], entry.file, f"one of {', '.join(kinds)}")
    rows[KIND] = rows[KIND].map(kinds)
    twice = rows.duplicated([KIND, REGION]).to_numpy()
    cells.refuse(twice, rows[KIND], rows[REGION], entry.file, "each region and group once")
    groups = rows.groupby(REGION)[KIND].transform("size")
    short = (groups != len(kinds)).to_numpy()
    cells.refuse(short, rows[KIND], rows[REGION], entry.file, f"{len(kinds)} groups a region")
    return rows


def _wide(long: pd.DataFrame, part: str, where: str) -> pd.DataFrame:
    values = cells.numbers(long[part], long[REGION], where, NUMBERS)
    if part == COUNT:
        cells.refuse_fractions(values, long[part], long[REGION], where)
    groups = long.assign(value=values).set_index(REGION).groupby(KIND, sort=False)["value"]
    return pd.DataFrame(dict(iter(groups)))


def _sums(counts: pd.DataFrame, where: str) -> None:
    groups = counts.drop(columns=TOTAL)
    within = HALF_COUNT * (groups.shape[1] + 1)
    wrong = ((groups.sum(axis=1) - counts[TOTAL]).abs() > within).to_numpy()
    name = counts.index.to_series()
    cells.refuse(wrong, counts[TOTAL], name, where, f"the sum of its groups to within {within:g}")


def _ratios(
    counts: pd.DataFrame, published: dict[str, pd.DataFrame], people: pd.Series, where: str
) -> None:
    """Compare shares and rates with the counts: a wrong decimal mark or column must not pass."""
    total, name = counts[TOTAL].where(counts[TOTAL] > 0), counts.index.to_series()
    exact = {SHARE: counts.div(total, axis=0) * 100, RATE: counts.div(people, axis=0) * 1000}
    loose = HALF_COUNT / total
    half = {SHARE: HALF_SHARE + 100 * loose, RATE: HALF_RATE + 1000 * HALF_COUNT / people}
    vague = {SHARE: loose, RATE: loose + HALF_RATE / published[RATE][TOTAL]}
    for part, told in published.items():
        within = exact[part].mul(vague[part], axis=0).add(half[part], axis=0) + SLACK
        wrong = ((told - exact[part]).abs() > within).any(axis=1).to_numpy()
        cells.refuse(wrong, name.rename(part), name, where, "what the counts and the total give")


def _fell(total: pd.Series, headed: pd.DataFrame, entry: Source) -> pd.Series:
    """Find regions of which the police cannot have placed all offences.

    Menameradiel goes from 275 to 65 in 2017, as "not placed in a municipality" grows by 505.
    """
    rows = headed[headed[PERIOD].str.strip() == str(entry.year - 1)]
    rows = rows[rows[KIND].str.strip().map(schema.published_names("crime_gemeente")) == TOTAL]
    values = cells.numbers(rows[COUNT], rows[REGION], entry.file, NUMBERS).to_numpy()
    before = pd.Series(values, index=rows[REGION].str.strip()).reindex(total.index)
    return (before >= ENOUGH) & (total < before / 3)


def _tidied(counts: pd.DataFrame, people: pd.Series, entry: Source) -> pd.DataFrame:
    made = counts.assign(**{PEOPLE: people})
    for group in RATES:
        made[f"offences_{group}_rate"] = 1000 * counts[f"offences_{group}"] / people
    made = made.rename_axis(columns=None).rename_axis("name").reset_index()
    made = made.assign(
        name=tidy.text(made["name"]),
        level=pd.Series("gemeente", index=made.index, dtype="str"),
        municipality_name=tidy.text(made["name"]),
        year=entry.year,
        division=entry.division,
    )
    return made[[name for name in schema.columns() if name in made]]
