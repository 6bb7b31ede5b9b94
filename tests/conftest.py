"""The toy city: small tables in the shapes that layers exchange, for all tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import params

ROOT = Path(__file__).resolve().parents[1]
TRUE_SWAP = 0.4  # effect on violence per point of dwellings from owner to corporation


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the pipeline: it takes longest, and the other tests run beside it."""
    items.sort(key=lambda item: item.get_closest_marker("pipeline") is None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture
def study() -> params.Study:
    """The synthetic study, with limits that suit the toy city."""
    return params.load(ROOT / "studies" / "sample.yaml")


@pytest.fixture
def in_root(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test from the repository's root."""
    monkeypatch.chdir(ROOT)
    return ROOT


def make_toy_city(seed: int = 7, municipalities: int = 40, areas: int = 9) -> pd.DataFrame:
    """Build a measured panel of one year with a known swap effect on violence."""
    rng = np.random.default_rng(seed)
    count = municipalities * areas
    municipality = np.repeat(np.arange(municipalities), areas)
    shares = rng.dirichlet([2.6, 1.2, 0.6], size=count)
    urbanity = rng.integers(1, 6, size=count)
    level = rng.normal(size=municipalities)[municipality]
    shares[:, 1] += 0.05 * (level - level.min())
    shares /= shares.sum(axis=1, keepdims=True)
    owner, corporation, other = (100 * shares).T
    noise = rng.normal(scale=4, size=count)
    violence = 20 + 5 * level - 2 * urbanity + TRUE_SWAP * corporation + 0.1 * other + noise
    return pd.DataFrame(
        {
            "code": [f"BU9{m:03d}{i:04d}" for i, m in enumerate(municipality)],
            "name": [f"Buurt {i}" for i in range(count)],
            "level": "buurt",
            "municipality": [f"GM9{m:03d}" for m in municipality],
            "division": 2024,
            "year": 2024,
            "dwellings": rng.integers(60, 3000, size=count).astype(float),
            "urbanity": pd.array(urbanity, dtype="Int64"),
            "share_15_24": rng.uniform(5, 20, size=count),
            "share_65_plus": rng.uniform(5, 35, size=count),
            "owner_occupied": owner,
            "tenure_owner": owner,
            "tenure_corporation": corporation,
            "tenure_other": other,
            "blending": 4 * shares[:, 0] * shares[:, 1],
            "crime_violence_rate": violence,
            "x": rng.uniform(150_000, 250_000, size=count),
            "y": rng.uniform(300_000, 400_000, size=count),
        }
    )


@pytest.fixture
def toy_city() -> pd.DataFrame:
    """A measured panel: 40 municipalities with 9 areas each, in 2024."""
    return make_toy_city()
