"""One entry of a catalogue, and an empty repository to receive it in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from nplvanalysis import registers
from nplvanalysis.sources import origins

CONTENT = b"wk_code,jaar,lbm\n" + b"WK001400,2022,4.1\n" * 20_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FIELDS: dict[str, Any] = {
    "title": "Scores",
    "producer": "A ministry",
    "vintage": "2022",
    "published": "2023",
    "licence": {"name": "CC0 1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
    "citation": "A ministry (2023). Scores.",
    "page": "https://example.org/",
    "url": None,
    "copies": [],
    "sha256": SHA256,
    "file": "scores.csv",
    "dataset": "leefbaarometer",
    "level": "wijk",
    "year": 2022,
    "division": 2022,
}


@pytest.fixture(scope="session")
def content() -> bytes:
    """The bytes that are asked for."""
    return CONTENT


@pytest.fixture(scope="session")
def sha256() -> str:
    """Their hash."""
    return SHA256


@pytest.fixture
def places(tmp_path: Path) -> origins.Places:
    """An empty repository without a mirror."""
    return origins.Places(tmp_path)


@pytest.fixture(scope="session")
def source():
    """Make an entry of the catalogue, with other fields than the usual ones."""

    def make(**fields: Any) -> registers.Source:
        return registers.Source.model_validate(FIELDS | fields)

    return make


@pytest.fixture(scope="session")
def as_yaml():
    """Write entries as a catalogue."""

    def write(**entries: registers.Source) -> str:
        content = {name: entry.model_dump() for name, entry in entries.items()}
        return yaml.safe_dump(content, sort_keys=False)

    return write
