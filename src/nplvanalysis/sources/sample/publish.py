"""The synthetic country, published file by file as the real publishers would."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from nplvanalysis import store
from nplvanalysis.registers import Source
from nplvanalysis.sources import programme
from nplvanalysis.sources.sample import country, effects, listed, other_effects, request, truth
from nplvanalysis.sources.sample.country import Country
from nplvanalysis.sources.sample.publishing import (
    addresses,
    borders,
    elections,
    key_figures,
    kwb,
    police,
    scores,
    survey,
    tables,
)
from nplvanalysis.sources.sample.publishing.sums import Sums
from nplvanalysis.sources.sample.sizes import PROVINCE, Size

Writer = Callable[[Sums, Source, np.random.Generator, Path], None]


def publish(seed: int, wanted: dict[str, Source], folder: Path, size: Size = PROVINCE) -> None:
    """Make the country and write the files of the sources, its focus areas and its truth.

    Parameters
    ----------
    seed : int
        Not negative. The same seed gives the same bytes on one machine.
    wanted : dict of str to Source
        Which files; those of other makers are refused.
    folder : Path
        Gets <source>/<base name of the source's file>; focus_areas.csv, see `listed`; truth.csv,
        see `effects`; and crosswalk.csv with year, code, division, target_code, target_division,
        dwellings, share.
    size : Size

    Raises
    ------
    ParameterError
        For a seed that is not a whole number from 0 up, a size that is none, or a source that the
        country does not publish. Nothing is written then.
    StoreError
        If a file cannot be written.
    """
    request.require_seed(seed)
    request.require_size(size)
    request.require_published(wanted, size)
    made = country.make(int(seed), truth.load(), size)
    sums = Sums(made)
    for name, entry in wanted.items():
        # a stream per file: which others are wanted makes no difference
        rng = np.random.default_rng([int(seed), zlib.crc32(entry.dataset.encode()), entry.year])
        path = Path(folder) / name / PurePosixPath(entry.file).name
        with store.replacing(path) as temporary:
            WRITERS[entry.dataset](sums, entry, rng, temporary)
    store.write_table(listed.listed(made), Path(folder) / programme.FILE)
    known = [effects.effects(made), other_effects.changes(made)]
    known.append(other_effects.exposures(made))
    store.write_table(pd.concat(known, ignore_index=True), Path(folder) / "truth.csv")
    store.write_table(crosswalk(made), Path(folder) / "crosswalk.csv")


def crosswalk(made: Country) -> pd.DataFrame:
    """Give the true crosswalk of every year to the last division.

    Parameters
    ----------
    made : Country

    Returns
    -------
    DataFrame
        As of `Divisions.crosswalk`, years below each other; weights are the homes of that year.
    """
    first, last = made.size.years
    homes = made.latent.set_index(["year", "cell"])["dwellings"]
    return pd.concat(
        [made.divisions.crosswalk(homes[year], year, last) for year in range(first, last + 1)],
        ignore_index=True,
    )


def _kwb(sums: Sums, entry: Source, _: np.random.Generator, path: Path) -> None:
    kwb.write(sums.on(entry.year, entry.division), entry.year, path)


def _key_figures(sums: Sums, entry: Source, _: np.random.Generator, path: Path) -> None:
    exact = sums.on(entry.year, entry.division)
    key_figures.write(exact, entry.year, _identifier(entry), path)


def _police(sums: Sums, entry: Source, rng: np.random.Generator, path: Path) -> None:
    police.write(sums.on_last, sums.years, _identifier(entry), rng, path)


def _proximity(sums: Sums, entry: Source, _: np.random.Generator, path: Path) -> None:
    tables.write_proximity(sums.on_last(entry.year), entry.year, _identifier(entry), path)


def _moves(sums: Sums, entry: Source, _: np.random.Generator, path: Path) -> None:
    tables.write_moves(sums.on_last, sums.years, _identifier(entry), path)


def _safety(sums: Sums, entry: Source, _: np.random.Generator, path: Path) -> None:
    survey.write(sums.on_last, sums.years, _identifier(entry), path)


def _elections(sums: Sums, entry: Source, rng: np.random.Generator, path: Path) -> None:
    elections.write(sums.on(entry.year, entry.division), rng, path)


def _scores(sums: Sums, entry: Source, _: np.random.Generator, path: Path) -> None:
    made, first = sums.country, sums.years[0]
    waves = [wave for wave in scores.WAVES if wave in sums.years]
    land = made.geography.land.index
    latent = made.latent
    homes = latent.loc[latent["year"] == first, "dwellings"].to_numpy(float)
    codes = made.divisions.codes(entry.division).loc[land]
    early = scores.early_totals(made.early, homes, codes, sums.on_last(first))
    scores.write(sums.on_last, early, waves, entry.year, path)


def _borders(sums: Sums, entry: Source, _: np.random.Generator, path: Path) -> None:
    geography = sums.country.geography
    cells = sums.country.divisions.codes(entry.division)
    cells = cells.assign(water=(geography.cells["kind"] == "water").to_numpy())
    exact = sums.on(entry.year, entry.division)
    borders.write(cells, geography.shapes, exact, entry.year, path)


def _addresses(sums: Sums, entry: Source, _: np.random.Generator, path: Path) -> None:
    made = sums.country
    homes = made.latent["dwellings"].to_numpy().reshape(len(sums.years), -1)
    cells = made.divisions.codes(entry.division).loc[made.geography.land.index]
    addresses.write(cells, homes, sums.years, entry.year, path)


def _identifier(entry: Source) -> str:
    return PurePosixPath(entry.file).stem


WRITERS: dict[str, Writer] = {
    "kwb": _kwb,
    "kwb_statline": _key_figures,
    "police": _police,
    "proximity": _proximity,
    "moves": _moves,
    "safety_survey": _safety,
    "elections": _elections,
    "leefbaarometer": _scores,
    "boundaries": _borders,
    "addresses": _addresses,
}
