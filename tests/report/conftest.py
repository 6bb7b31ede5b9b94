"""A small made-up study that every test of the report can use."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from nplvanalysis import params, registers, schema
from nplvanalysis.report.edition import Edition

STUDY = "studies/sample.yaml"


def edition_of(language: str, synthetic: bool = True) -> Edition:
    root = params.root()
    study = params.load(root / STUDY).model_copy(update={"synthetic": synthetic})
    return Edition(
        study=study,
        dictionary=schema.columns(),
        sources=registers.chosen(study, registers.sources()),
        claims=registers.claims(),
        language=language,
    )


@pytest.fixture(params=["nl", "en"])
def edition(request):
    return edition_of(request.param)


@pytest.fixture
def english():
    return edition_of("en", synthetic=False)


DIMENSIONS = ["fys", "onv", "soc", "vrz", "won", "afw"]


def fit(hypothesis, outcome, exposure, role, estimate, std_error, **changed):
    row = {
        "study": "sample",
        "claim": "1",
        "hypothesis": hypothesis,
        "row": 1 + DIMENSIONS.index(outcome) if outcome in DIMENSIONS else 0,
        "estimator": "cross_section",
        "outcome": outcome,
        "exposure": exposure,
        "subset": "",
        "contrast": "",
        "sample": "main",
        "weights": "dwellings",
        "fixed_effects": "municipality",
        "controls": "urbanity",
        "standard_errors": "CR1",
        "term": "owner_occupied",
        "estimate": estimate,
        "std_error": std_error,
        "low": estimate - 2 * std_error,
        "high": estimate + 2 * std_error,
        "p": 0.01,
        "n": 410,
        "clusters": 42,
        "role": role,
        "degrees": 41,
        "outcome_sd": 2.0,
        "status": "ok",
        "year_first": 2018,
        "year_exposure": 2018,
        "year_outcome": 2018,
        "division": 2018,
        "unit": "buurt",
    }
    return row | changed


@pytest.fixture
def estimates():
    a4 = ("A4", "income_low", "owner-share")
    rows = [
        fit(*a4, "primary", -2.0, 0.2),
        fit(*a4, "primary", -2.0, 0.4, standard_errors="CR3"),
        fit(*a4, "gate", -1.5, 0.3, weights="none"),
        fit(*a4, "gate", -1.8, 0.3, sample="without largest leverage"),
    ]
    parts = {"fys": 0.01, "onv": 0.02, "soc": 0.01, "vrz": -0.01, "won": 0.03, "afw": 0.06}
    rows += [fit("A1", k, "owner-share", "decomposition", b, 0.004) for k, b in parts.items()]
    return pd.DataFrame(rows)


@pytest.fixture
def verdicts():
    claims = registers.claims()
    columns = ("theta", "std_error", "low", "high", "level", "delta", "ceiling")
    nothing = dict.fromkeys(columns, np.nan)
    rows = [
        {
            "study": "sample",
            "family": one.family,
            "conclusion": one.conclusion,
            "hypothesis": name,
            "role": "",
            "outcome": "",
            "specification": "",
            "sign": 0,
            **nothing,
            "standard_errors": "",
            "n": 0,
            "clusters": 0,
            "gates_failed": "",
            "verdict": "not_testable",
            "reason": "column_missing",
            "detail_nl": f"reden {name}",
            "detail_en": f"reason {name}",
            "estimator": "",
            "rule": "",
            "subset": "",
            "year_first": 2018,
            "year_exposure": 2018,
            "year_outcome": 2018,
            "division": 2018,
        }
        for name, one in claims.hypotheses.items()
    ]
    table = pd.DataFrame(rows).set_index("hypothesis", drop=False)
    tested = {
        "role": "primary",
        "outcome": "income_low",
        "specification": "owner-share",
        "estimator": "cross_section",
        "rule": "delta",
        "sign": -1,
        "theta": 2.0,
        "std_error": 0.4,
        "low": 1.2,
        "high": 2.8,
        "level": 0.05,
        "delta": 0.5,
        "n": 1410,
        "clusters": 42,
        "verdict": "supported",
        "reason": "",
        "detail_nl": "",
        "detail_en": "",
    }
    for column, value in tested.items():
        table.loc["A4", column] = value
    return table.reset_index(drop=True)


@pytest.fixture
def areas():
    squares = [
        shapely.box(x * 1000, y * 1000, (x + 1) * 1000, (y + 1) * 1000)
        for x in range(10)
        for y in range(10)
    ]
    codes = [f"BU{place:08d}" for place in range(len(squares))]
    return gpd.GeoDataFrame({"code": codes}, geometry=squares, crs=28992)


@pytest.fixture
def panel(areas):
    draw = np.random.default_rng(1)
    count = len(areas)
    owner = draw.uniform(10, 90, count)
    return pd.DataFrame(
        {
            "code": areas["code"],
            "name": [f"Buurt {place % 90}" for place in range(count)],
            "municipality_name": "Stad",
            "year": 2018,
            "division": 2020,
            "urbanity": pd.array(np.arange(count) % 2 + 1, dtype="Int64"),
            "dwellings": draw.integers(100, 2000, count).astype(float),
            "owner_occupied": owner,
            "income_low": 60 - 0.4 * owner,
            "woz": np.where(np.arange(count) < 5, np.nan, 200.0 + np.arange(count)),
        }
    )
