"""The zip of a Leefbaarometer release: names change every time, the level decides."""

import re

import pandas as pd
import pytest

from nplvanalysis.clean import datasets, leefbaarometer
from nplvanalysis.clean.__main__ import READERS
from tests.clean import conftest, published

FOLDER = "Leefbaarometer 3.0 - Meting 2022 - open data"
CSV = conftest.SCORES.strip().encode()


@pytest.fixture
def cleaned(tmp_path, entry):
    def clean(members, name="open data.zip"):
        path = tmp_path / name
        path.write_bytes(members if isinstance(members, bytes) else published.zipped(members))
        about = entry("leefbaarometer", "wijk", 2022, file=name)
        return datasets.cleaned(READERS["leefbaarometer"](path, "wijk"), about).table

    return clean


def test_the_file_of_the_level_is_read_and_no_other(cleaned):
    table = cleaned(
        {
            f"{FOLDER}/Leefbaarometer-scores buurten 2002-2022.csv": b"niet dit",
            f"{FOLDER}/Leefbaarometer-scores wijken 2002-2022.csv": CSV,
            f"{FOLDER}/Leefbaarometer-ontwikkeling scores wijken 2020-2022.csv": b"niet dit",
            f"{FOLDER}/LEESMIJ.txt": b"niet dit",
        }
    )
    assert table["code"].tolist() == ["WK001400"] * 3 + ["WK001401"]


def test_a_zip_gives_what_its_csv_gives(cleaned):
    zipped = cleaned({f"{FOLDER}/Leefbaarometer-scores wijken 2002-2022.csv": CSV})
    pd.testing.assert_frame_equal(zipped, cleaned(CSV, "scores.csv"))


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("Leefbaarometer-scores buurten 2002-2024.csv", "buurt"),
        ("Leefbaarometer-scores wijken 2002-2022.csv", "wijk"),
        ("Leefbaarometer 3.0 - meting 2020 - scores gemeente.csv", "gemeente"),
        ("Leefbaarometer 3.0 - meting 2020 - scores buurt.csv", "buurt"),
    ],
)
def test_names_of_all_releases_are_found_for_their_level_only(name, level):
    found = [
        one for one in leefbaarometer.PREFIXES if re.fullmatch(leefbaarometer.member(one), name)
    ]
    assert found == [level]


@pytest.mark.parametrize(
    "name",
    [
        "Leefbaarometer-ontwikkeling 2020-2022 scores buurten.csv",
        "Leefbaarometer-scores grids 2002-2022.csv",
        "Leefbaarometer-scores buurten 2002-2022.xlsx",
    ],
)
def test_other_files_of_a_release_are_not_scores_of_buurten(name):
    assert not re.fullmatch(leefbaarometer.member("buurt"), name)
