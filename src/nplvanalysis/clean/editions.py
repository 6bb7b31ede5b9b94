"""Kerncijfers wijken en buurten: what is computed and checked in every edition, of any format."""

from __future__ import annotations

import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells

AGES = {"share_15_24": "persons_15_24", "share_65_plus": "persons_65_plus"}
# A count above the population by more than this share (in %) is not rounding.
AGE_SHARE_UP_TO = 105.0
# CBS gives no shares of owners where it knows the owner of fewer than half of the dwellings (%).
OWNERS_KNOWN_FROM = 50.0


def completed(figures: pd.DataFrame, where: str) -> pd.DataFrame:
    """Add shares of age groups, drop shares of nothing, and check the shares of owners.

    Parameters
    ----------
    figures : DataFrame
        In names of the dictionary, as published.
    where : str
        The file, named in errors.

    Returns
    -------
    DataFrame
        A figure of 0 in an area where what it is a share of is 0 (no dwellings, no residents) is
        missing, not 0.

    Raises
    ------
    DataError
        If tenure shares do not add up, an age group is larger than the population, or there are
        age groups and no population.
    """
    made = _without_base(_with_age_shares(figures, where))
    _tenure_sums(made, where)
    return made[[name for name in schema.columns() if name in made]]


def _with_age_shares(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Compute shares of age groups in editions that have counts only (from 2017 on)."""
    computed = {}
    for share, count in AGES.items():
        if share in table or count not in table:
            continue
        if "population" not in table:
            raise _without_population(count, where)
        population = table["population"].where(table["population"] > 0)
        percent = 100 * table[count] / population
        too_many = (percent > AGE_SHARE_UP_TO).to_numpy(dtype=bool)
        says = f"at most the population (and {AGE_SHARE_UP_TO - 100:.0f} % for rounding)"
        cells.refuse(too_many, table[count], table["code"], where, says)
        computed[share] = percent.clip(upper=100)
    return table.assign(**computed)


def _without_population(count: str, where: str) -> errors.DataError:
    return errors.DataError(
        "Persons are counted by age, and no population is given.",
        where=f"{where}, column {count}",
        expected="the population of the same areas, which shares are computed of",
        got="a column population without any figure, or none",
        todo="Compare the file with its publisher's page. It fills the population in first.",
    )


def shortfall(table: pd.DataFrame) -> dict[str, int]:
    """Count the areas whose shares of owners leave more than rounding to an unknown owner.

    The shares stay as published: `measures.housing_mix` takes what they leave of 100 as unknown
    where no unknown share is published, and drops areas where that is much.

    Parameters
    ----------
    table : DataFrame
        From `completed`.

    Returns
    -------
    dict of str to int
        A note; empty if there is none.
    """
    count = int((_known_owners(table) < 100 - schema.SHARES_SUM_WITHIN).sum())
    what = "areas without an unknown share of tenure whose shares fall short of 100"
    return {what: count} if count else {}


def _known_owners(table: pd.DataFrame) -> pd.Series:
    """Sum the shares of owners where no unknown share is published; NaN elsewhere."""
    parts = table.reindex(columns=["owner_occupied", "rented", "tenure_unknown"]).astype(float)
    return (parts["owner_occupied"] + parts["rented"]).where(parts["tenure_unknown"].isna())


def _without_base(table: pd.DataFrame) -> pd.DataFrame:
    """Drop zeros that are a share or mean of nothing: some editions write 0 for them."""
    missing = {}
    for name, about in schema.columns().items():
        if name in table and about.kind == "intensive" and about.weight in table:
            nothing = (table[name] == 0) & (table[about.weight] == 0)
            missing[name] = table[name].mask(nothing)
    return table.assign(**missing)


def _tenure_sums(table: pd.DataFrame, where: str) -> None:
    """Check what holds in every edition: the shares of owners add up, rounding apart."""
    if not {"rented", "owner_occupied"} <= set(table):
        return
    if {"corporation_rent", "other_rent"} <= set(table):
        rule = "corporation_rent + other_rent = rented"
        _agree(["corporation_rent", "other_rent"], table["rented"], table, where, rule)
    rule = "tenure shares sum to 100, or less where one is missing"
    _agree(["owner_occupied", "rented", "tenure_unknown"], 100, table, where, rule)
    known = _known_owners(table)
    says = f"with rented {OWNERS_KNOWN_FROM:g} or more: below, the publisher gives no shares"
    few = (known < OWNERS_KNOWN_FROM).to_numpy(dtype=bool)
    cells.refuse(few, table["owner_occupied"], table["code"], where, says)


def _agree(
    parts: list[str], target: pd.Series | float, table: pd.DataFrame, where: str, rule: str
) -> None:
    known = table.reindex(columns=parts).astype(float)
    total = known.sum(axis=1)
    over = total - target
    # parts that are missing are not zero: the others may fall short of the whole, not exceed it
    gap = over.abs().where(known.notna().all(axis=1), over)
    worst = table.assign(total=total, gap=gap).nlargest(3, "gap")
    worst = worst[worst["gap"] > schema.SHARES_SUM_WITHIN]
    if len(worst):
        shares = ["owner_occupied", "rented", "corporation_rent", "other_rent", "tenure_unknown"]
        first = worst.filter(["code", *shares]).iloc[0].to_dict()
        raise errors.DataError(
            "Tenure shares do not add up.",
            where=where,
            expected=f"{rule}, within {schema.SHARES_SUM_WITHIN:g} points",
            got=f"{(gap > schema.SHARES_SUM_WITHIN).sum():,} areas: {', '.join(worst['code'])}; "
            f"the first has {first}",
            todo="Compare these areas with the publisher's page. A swapped decimal mark or "
            "columns that were pasted in another order give such sums.",
        )
