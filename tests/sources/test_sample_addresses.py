"""The synthetic country's lists of addresses: every home once, and where it is in each division."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import ParameterError
from nplvanalysis.sources.sample import country, truth
from nplvanalysis.sources.sample.publish import publish
from nplvanalysis.sources.sample.publishing import addresses
from nplvanalysis.sources.sample.sizes import Kind, Size

SEED = 2022
TINY = Size(
    "tiny",
    1,
    {"city": Kind(14, 1_500, 1), "town": Kind(10, 1_200, 2), "rural": Kind(7, 650, 4)},
    (2014, 2024),
)
YEARS = [2016, 2017, 2020, 2023, 2024]


def catalogue_entry(source, year):
    about = {"dataset": "addresses", "level": "buurt", "year": year, "division": year}
    return source(**about, made_by="sample", sha256=None, file=f"{year}-pc6huisnr.zip")


@pytest.fixture(scope="module")
def folder(source, tmp_path_factory):
    place = tmp_path_factory.mktemp("addresses")
    publish(SEED, {str(year): catalogue_entry(source, year) for year in YEARS}, place, TINY)
    return place


@pytest.fixture(scope="module")
def made():
    return country.make(SEED, truth.load(), TINY)


def opened(folder, year: int) -> dict[str, str]:
    with zipfile.ZipFile(folder / str(year) / f"{year}-pc6huisnr.zip") as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def listed(folder, year: int) -> pd.DataFrame:
    text = opened(folder, year)[f"pc6hnr{year}0801_gwb.csv"]
    table = pd.read_csv(io.StringIO(text), sep=None, engine="python", dtype=str)
    return table.set_axis(["postcode", "number", "buurt", "wijk", "gemeente"], axis=1)


def homes(made, year: int) -> pd.Series:
    own = made.latent[made.latent["year"] == year].set_index("cell")["dwellings"]
    return own.groupby(made.divisions.codes(year)["code"].reindex(own.index)).sum()


@pytest.mark.parametrize("year", YEARS)
def test_a_buurt_has_an_address_for_each_home(folder, made, year):
    found = ("BU" + listed(folder, year)["buurt"]).value_counts()
    true = homes(made, year)
    assert found.to_dict() == true[true > 0].to_dict()


@pytest.mark.parametrize("year", YEARS)
def test_no_address_stands_there_twice(folder, year):
    assert not listed(folder, year).duplicated(["postcode", "number"]).any()


def test_a_buurt_is_in_the_wijk_and_gemeente_of_its_code(folder):
    table = listed(folder, 2020)
    assert (table["buurt"].str[:6] == table["wijk"]).all()
    assert (table["wijk"].str[:4] == table["gemeente"]).all()


def test_an_address_goes_where_its_cell_goes(folder, made):
    both = listed(folder, 2016).merge(
        listed(folder, 2024), on=["postcode", "number"], validate="1:1"
    )
    found = set(zip("BU" + both["buurt_x"], "BU" + both["buurt_y"], strict=True))
    own = made.latent[made.latent["year"] == 2016].set_index("cell")["dwellings"]
    true = made.divisions.crosswalk(own[own > 0], 2016, 2024)
    assert found == set(zip(true["code"], true["target_code"], strict=True))


def test_a_few_addresses_vanish_and_a_few_are_new(folder):
    old, new = (
        set(listed(folder, year).groupby(["postcode", "number"]).groups) for year in (2016, 2024)
    )
    assert 0.9 < len(old & new) / len(old) < 1
    assert 0.8 < len(old & new) / len(new) < 1


def test_postcodes_are_of_about_twenty_addresses(folder):
    sizes = listed(folder, 2024)["postcode"].value_counts()
    assert sizes.max() == 20
    assert sizes.median() == 20


def test_postcodes_have_the_form_of_real_ones(folder):
    form = r"[1-9][0-9]{3}(?!SA|SD|SS)[A-EGHJ-NPR-TVWXZ]{2}"
    assert listed(folder, 2024)["postcode"].str.fullmatch(form).all()


@pytest.mark.parametrize(
    ("year", "header"),
    [
        (2016, "pc6;huisnummer;gwb2016_code;wijkcode;gemeentecode"),
        (2017, "PC6;Huisnummer;Buurt2017;Wijk2017;Gem2017"),
        (2020, "PC6;Huisnummer;Buurt2020;Wijk2020;Gemeente2020"),
        (2023, "PC6,Huisnummer,Buurt2023,Wijk2023,Gemeente2023"),
    ],
)
def test_headers_drift_as_those_of_the_real_publisher(folder, year, header):
    assert opened(folder, year)[f"pc6hnr{year}0801_gwb.csv"].startswith(header + "\n")


def test_the_zip_says_that_it_is_synthetic(folder):
    assert opened(folder, 2020)["leesmij.txt"].startswith("SYNTHETIC")


def test_other_files_and_another_run_make_no_difference(folder, source, tmp_path):
    publish(SEED, {"2020": catalogue_entry(source, 2020)}, tmp_path, TINY)
    name = "2020/2020-pc6huisnr.zip"
    assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_another_seed_gives_other_lists(folder, source, tmp_path):
    publish(SEED + 1, {"2020": catalogue_entry(source, 2020)}, tmp_path, TINY)
    name = "2020/2020-pc6huisnr.zip"
    assert (tmp_path / name).read_bytes() != (folder / name).read_bytes()


@pytest.mark.parametrize("block", [1, 7, 60])
def test_blocks_make_no_difference(made, monkeypatch, block):
    cells = made.divisions.codes(2020).loc[made.geography.land.index].head(5)
    stock = np.array([[3, 0, 30, 41, 10], [4, 0, 60, 41, 0]])
    whole = bytes(addresses.text(cells, stock, range(2019, 2021), 2020))
    monkeypatch.setattr(addresses, "BLOCK", block)
    assert bytes(addresses.text(cells, stock, range(2019, 2021), 2020)) == whole


def test_no_list_is_published_of_years_before_the_first_real_one(source, tmp_path):
    with pytest.raises(ParameterError, match="2016"):
        publish(SEED, {"2015": catalogue_entry(source, 2015)}, tmp_path, TINY)
