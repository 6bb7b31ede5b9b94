"""A country in which felt and registered unsafety are known without error, for family D."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis import registers
from nplvanalysis.sources.sample import country, truth
from nplvanalysis.sources.sample.publishing import survey

KINDS = ["crime_violence_rate", "crime_vandalism_rate"]
TOWNS, AREAS = 40, 8
YEARS = (2022, 2023, 2024)
SIDE = 1.959964

AGREEMENT = registers.Row(
    role="primary",
    estimator="agreement",
    rule="agreement",
    outcome="feels_unsafe",
    specification="agreement",
    sign=1,
    year_exposure=2023,
    year_outcome=2023,
)
GAP = AGREEMENT.model_copy(
    update={"estimator": "gap", "rule": "delta", "specification": "felt-given-registered"}
)


def make_felt_city(seed: int = 3, alike: float = 1.0, swap: float = 0.0) -> pd.DataFrame:
    """Build a panel of three years of 40 towns of 8 areas.

    `alike` is the correlation of what is felt and what is committed, before anybody counts;
    `swap` is added to what is felt, in points, per point of corporation rent. Offences are then
    drawn (Poisson) and residents asked (binomial), each year anew.
    """
    rng = np.random.default_rng(seed)
    count = TOWNS * AREAS
    shares = rng.dirichlet([2.6, 1.2, 0.6], size=count)
    committed, own = rng.normal(size=(2, count))
    felt = 20 + 6 * (alike * committed + np.sqrt(1 - alike**2) * own) + 100 * swap * shares[:, 1]
    people = np.round(np.exp(rng.normal(8, 0.5, count)))
    about = pd.DataFrame(
        {
            "code": [f"BU{i // AREAS:04d}{i % AREAS:04d}" for i in range(count)],
            "name": [f"Buurt {i}" for i in range(count)],
            "municipality": [f"GM{i // AREAS:04d}" for i in range(count)],
            "level": "buurt",
            "division": 2024,
            "population": people,
            "dwellings": np.round(people / 2.1),
            "urbanity": pd.array(rng.integers(1, 6, count), dtype="Int64"),
            "share_15_24": rng.uniform(5, 20, count),
            "share_65_plus": rng.uniform(5, 35, count),
            "tenure_owner": 100 * shares[:, 0],
            "tenure_corporation": 100 * shares[:, 1],
            "tenure_other": 100 * shares[:, 2],
            "x": rng.uniform(150_000, 250_000, count),
            "y": rng.uniform(300_000, 400_000, count),
        }
    )
    rate = 12 + 3.5 * np.clip(committed, -3, 3)
    years = [about.assign(year=year, **_counted(rate, felt, people, rng)) for year in YEARS]
    return pd.concat(years, ignore_index=True)


def with_change(panel: pd.DataFrame) -> pd.DataFrame:
    """Let crime move between years far more than by chance, and publish no margins of feeling."""
    moved = panel["year"].eq(2022) * np.random.default_rng(7).uniform(-0.5, 0.5, len(panel))
    bare = panel.drop(columns=["feels_unsafe_low", "feels_unsafe_high"])
    return bare.assign(**{kind: (1 + moved) * panel[kind] for kind in KINDS})


def _counted(
    rate: np.ndarray, felt: np.ndarray, people: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    counts = [rng.poisson(part * rate * people / 1000) for part in (0.6, 0.4)]
    asked = np.maximum(np.round(people / 8), 20).astype(int)
    share = rng.binomial(asked, np.clip(felt, 1, 99) / 100) / asked
    reach = 100 * SIDE * np.sqrt(share * (1 - share) / asked)
    made = {name: 1000 * n / people for name, n in zip(KINDS, counts, strict=True)}
    unsafe = 100 * share
    bounds = {"feels_unsafe_low": unsafe - reach, "feels_unsafe_high": unsafe + reach}
    return made | {"feels_unsafe": unsafe} | bounds


def make_province(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give cells of the synthetic province as they are published in 2023, and as they are."""
    now = country.make(seed, truth.load()).latent.query("year == 2023 and respondents >= 50")
    unsafe, low, high = survey.bounds(now).T
    kept = ["population", "dwellings", "urbanity", "tenure_corporation", "tenure_other"]
    kept += ["share_15_24", "share_65_plus"]
    panel = now[kept].assign(
        code=np.arange(len(now)).astype(str),
        municipality=now["municipality"].astype(str),
        year=2023,
        feels_unsafe=unsafe,
        feels_unsafe_low=low,
        feels_unsafe_high=high,
        **{kind: 1000 * now[f"{kind}_count"] / now["population"] for kind in KINDS},
    )
    return panel, now
