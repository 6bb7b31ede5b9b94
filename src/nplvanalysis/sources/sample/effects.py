"""What the synthetic country's written truth means for an estimate: the table of truth.csv."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import process
from nplvanalysis.sources.sample.country import Country
from nplvanalysis.sources.sample.truth import APART, STOCK, TENURE, TENURES, Process, Truth

# Smaller cells, and those with more dwellings of unknown owners (%), do not enter the models.
LEAST_DWELLINGS, MOST_UNKNOWN = 100, 5.0
# Terms of each specification; the first is the one reported.
TERMS = {
    "owner-share": ["tenure_owner"],
    "owner-to-corporation": ["tenure_corporation", "tenure_other"],
    "blending": ["blending", "tenure_corporation", "tenure_other"],
}
COLUMNS = ["hypothesis", "outcome", "specification", "effect", "unit", "note", "model"]
# Fields of truth.yaml that each is about.
FIELDS = {
    "owner-share": ["corporation", "other_rent"],
    "owner-to-corporation": ["corporation"],
    "blending": ["blending"],
}
# Of effects, in the unit of the outcome.
DECIMALS = 9
PER = {
    "owner-share": "per 10 points of dwellings, against all other tenures",
    "owner-to-corporation": "per 10 points of dwellings, other rent constant",
    "blending": "at equal shares, from no blending to full blending",
}


def effects(country: Country) -> pd.DataFrame:
    """List the true effect of each specification on each outcome: what tenure does, no more.

    The effect is the coefficient of the projection of what tenure does to the outcome's mean (see
    `caused`; no hidden fields, municipality effects, programme, limits or noise) on the terms of
    the specification, urbanity and municipality, weighted by dwellings, in cells of the last year.
    For an outcome that is straight in tenure these are the written numbers; bends and differences
    by urbanity become the line that a regression draws through the homes of this country. Another
    draw of outcomes for the same homes and people has the same effects.

    Parameters
    ----------
    country : Country

    Returns
    -------
    DataFrame
        `COLUMNS`; effect per the specification's step. Model "level".
    """
    truth = country.truth
    outcomes = hypotheses(truth)
    given = caused(_last(country))
    found = process.means(truth, given)
    targets = np.column_stack([found[name] for name in outcomes])
    rows = []
    for specification, terms in TERMS.items():
        slopes = truth.steps[specification] * projected(targets, given, terms)[0]
        for (name, hypothesis), slope in zip(outcomes.items(), slopes, strict=True):
            about = "A2" if specification == "blending" else hypothesis
            note = f"SYNTHETIC; {PER[specification]}; {_written(name, truth, specification)}"
            given_by = (unit(name, truth), note, "level")
            rows.append((about, name, specification, cleaned(slope), *given_by))
    return pd.DataFrame(rows, columns=COLUMNS)


def caused(given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Keep of homes and people what tenure does to them, so that no chance enters the truth.

    What has other causes (affluence, ages, density, building period) stands at its mean, however
    it happens to go with tenure in this country. What homes.py and residents.py make from tenure
    follows, in a straight line, the shares that they make it from: through the stock, more rent
    means fewer single-family homes.

    Parameters
    ----------
    given : dict of str to ndarray, shape (n,)
        Homes and people.

    Returns
    -------
    dict of str to ndarray, shape (n,)
    """
    changed = dict(given)
    for name in APART:
        changed[name] = np.full(len(given[name]), given[name].mean())
    for name, terms in STOCK.items():
        slopes = projected(given[name][:, None], given, list(terms))[:, 0]
        moved = [s * (given[t] - given[t].mean()) for s, t in zip(slopes, terms, strict=True)]
        changed[name] = given[name].mean() + np.add.reduce(moved)
    return changed


def hypotheses(truth: Truth) -> dict[str, str]:
    """Name the hypothesis of each outcome; columns that are no outcome have none.

    Parameters
    ----------
    truth : Truth

    Returns
    -------
    dict of str to str
    """
    found = {name: process.hypothesis for name, process in truth.columns.items()}
    found |= {name: found[parts[0]] for name, parts in truth.sums.items()}
    return {name: hypothesis for name, hypothesis in found.items() if hypothesis}


def unit(name: str, truth: Truth) -> str:
    """Look up the unit of a column or a sum.

    Parameters
    ----------
    name : str
    truth : Truth

    Returns
    -------
    str
    """
    return truth.columns[name if name in truth.columns else truth.sums[name][0]].unit


def projected(targets: np.ndarray, given: dict[str, np.ndarray], terms: list[str]) -> np.ndarray:
    """Project on terms, urbanity and municipality, weighted by dwellings.

    Parameters
    ----------
    targets : ndarray, shape (n, k)
    given : dict of str to ndarray, shape (n,)
        The terms, urbanity, municipality and dwellings.
    terms : list of str

    Returns
    -------
    ndarray, shape (number of terms, k)
        Slopes.
    """
    classes = [given["urbanity"] == one for one in np.unique(given["urbanity"])[1:]]
    design = np.column_stack([*(given[name] for name in terms), *classes]).astype(float)
    weights, number = given["dwellings"], given["municipality"]
    root = np.sqrt(weights)[:, None]
    within = [demeaned(table, weights, number) * root for table in (design, targets)]
    return np.asarray(np.linalg.lstsq(within[0], within[1], rcond=None)[0][: len(terms)])


def demeaned(table: np.ndarray, weights: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Subtract the weighted means of groups from columns, shape (n, k)."""
    size = np.maximum(np.bincount(number, weights), 1e-300)
    means = [np.bincount(number, weights * column) / size for column in table.T]
    return np.asarray(table - np.column_stack(means)[number])


def _last(country: Country) -> dict[str, np.ndarray]:
    """Take homes and people of the last year, in the cells that enter the models."""
    base = country.latent.iloc[:, : country.people]
    unknown = 100 * base["unknown"] / base["dwellings"].clip(lower=1)
    used = (base["dwellings"] >= LEAST_DWELLINGS) & (unknown <= MOST_UNKNOWN)
    base = base[used & (base["year"] == base["year"].max())]
    return {name: base[name].to_numpy() for name in base}


def cleaned(effect: float) -> float:
    """Drop what the projection adds to a written number by rounding."""
    return round(float(effect), DECIMALS) + 0.0


def paths(truth: Truth) -> set[str]:
    """List the columns that tenure does something to, itself or through others.

    Parameters
    ----------
    truth : Truth

    Returns
    -------
    set of str
    """
    found = {*TENURES, *STOCK}
    for name, about in truth.columns.items():
        own = about.model_dump(include=set(TENURE), exclude_defaults=True)
        if own or found & {via for via, slope in about.through.items() if slope}:
            found.add(name)
    return found


def _written(name: str, truth: Truth, specification: str) -> str:
    """Say what stands in truth.yaml."""
    if name in truth.sums:
        return "the sum of " + ", ".join(truth.sums[name])
    about, led = truth.columns[name], paths(truth)
    if name not in led:
        return "written: tenure does nothing to it"
    fields = FIELDS[specification]
    parts = [f"written: {', '.join(f'{f} {getattr(about, f):g}' for f in fields)}", *_bent(about)]
    led &= set(about.through)
    for where, those in {
        "through": led - set(STOCK),
        "through the stock": led & set(STOCK),
    }.items():
        via = [f"{slope:g} x {name}" for name, slope in about.through.items() if name in those]
        parts += [f"{where} {' and '.join(via)}"] if via else []
    return ", ".join(parts)


def _bent(about: Process) -> list[str]:
    parts = []
    if any(about.corporation_by_urbanity):
        listed = [f"{about.corporation + more:g}" for more in about.corporation_by_urbanity]
        parts.append(f"by urbanity {' '.join(listed)}")
    if about.bend:
        parts.append(f"and {about.bend.slope:g} more above {about.bend.at:g} %")
    return parts


def traps(truth: Truth) -> pd.DataFrame:
    """List what misleads whoever is not careful.

    Parameters
    ----------
    truth : Truth

    Returns
    -------
    DataFrame
        name, outcome, exposure, truth (per unit of the exposure), unit, why.
    """
    rows = [
        (name, trap.outcome, trap.exposure, trap.effect, trap.unit, trap.sentence)
        for name, trap in truth.traps.items()
    ]
    return pd.DataFrame(rows, columns=["name", "outcome", "exposure", "truth", "unit", "why"])
