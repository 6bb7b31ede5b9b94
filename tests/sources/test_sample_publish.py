"""The files of the synthetic province: formats, secrets, changes, bytes, and refusals."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from nplvanalysis import store
from nplvanalysis.errors import ParameterError
from nplvanalysis.sources.sample import divisions, editions, province, truth, workbook
from nplvanalysis.sources.sample.publish import publish

SEED = 2022
YEARS = range(2015, 2021)
SCORES = "Leefbaarometer-scores buurten 2002-2020.csv"
DIMENSIONS = ["fys", "onv", "soc", "vrz", "won"]


@pytest.fixture(scope="module")
def wanted(source):
    made = {"made_by": "sample", "sha256": None, "level": "buurt"}
    workbooks = {
        f"sample-kwb-{year}": source(
            **made, dataset="kwb", file=f"kwb-{year}.xlsx", year=year, division=year
        )
        for year in YEARS
    }
    release = {**made, "year": 2020, "division": 2020}
    return workbooks | {
        "sample-leefbaarometer-2020": source(**release, dataset="leefbaarometer", file=SCORES),
        "sample-boundaries-2020": source(
            **release, dataset="boundaries", file="WijkBuurtkaart_2020_v1.zip"
        ),
    }


@pytest.fixture(scope="module")
def folder(wanted, tmp_path_factory):
    place = tmp_path_factory.mktemp("first")
    publish(SEED, wanted, place)
    return place


@pytest.fixture(scope="module")
def exact():
    return province.make(SEED, truth.load())


@pytest.fixture(scope="module")
def editions_read(folder):
    return {
        year: store.read_workbook(folder / f"sample-kwb-{year}" / f"kwb-{year}.xlsx").rename(
            columns=lambda name: name.strip().lower()
        )
        for year in YEARS
    }


@pytest.fixture(scope="module")
def scores(folder):
    text = store.read_csv(folder / "sample-leefbaarometer-2020" / SCORES)
    figures = text[["lbm", "afw", *DIMENSIONS]].replace("NA", "nan").astype(float)
    return text.assign(jaar=text["jaar"].astype(int), **figures)


@pytest.fixture(scope="module")
def layers(folder):
    path = folder / "sample-boundaries-2020" / "WijkBuurtkaart_2020_v1.zip"
    return {name: store.read_layer(path, name) for name in ("buurten", "wijken", "gemeenten")}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def numbers(cells: pd.Series) -> pd.Series:
    text = cells.str.strip().str.replace(",", ".")
    return pd.to_numeric(text.where(text != "."))


def buurten(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["recs"].str.strip() == "Buurt"].set_index("gwb_code_10")


def test_each_source_has_its_file_and_nothing_else_is_left(folder, wanted):
    expected = {f"{name}/{entry.file}" for name, entry in wanted.items()} | {"truth.csv"}
    assert set(contents(folder)) == expected


def test_a_seed_gives_the_same_bytes(folder, wanted, tmp_path):
    publish(SEED, wanted, tmp_path)
    assert contents(tmp_path) == contents(folder)


def test_no_member_of_an_archive_carries_the_time_of_its_making(folder):
    for path in [*folder.rglob("*.xlsx"), *folder.rglob("*.zip")]:
        with zipfile.ZipFile(path) as archive:
            assert {member.date_time for member in archive.infolist()} == {workbook.CLOCK}, path
            text = b"".join(archive.read(member) for member in archive.namelist())
        stamps = set(re.findall(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", text))
        assert stamps == {b"2022-01-01T00:00:00"}, path


def test_another_seed_gives_other_bytes_in_every_file(folder, wanted, tmp_path):
    publish(SEED + 1, wanted, tmp_path)
    mine, other = contents(folder), contents(tmp_path)
    assert [name for name in mine if mine[name] == other[name]] == []


def test_a_file_does_not_depend_on_which_others_are_wanted(folder, wanted, tmp_path):
    name = "sample-kwb-2018"
    publish(SEED, {name: wanted[name]}, tmp_path)
    path = f"{name}/{wanted[name].file}"
    assert contents(tmp_path)[path] == contents(folder)[path]


def test_everything_fits_in_40_megabytes(folder):
    assert sum(len(content) for content in contents(folder).values()) < 40e6


def test_every_file_says_that_it_is_synthetic(folder):
    for name, content in contents(folder).items():
        if zipfile.is_zipfile(folder / name):
            with zipfile.ZipFile(folder / name) as archive:
                content = b"".join(archive.read(member) for member in archive.namelist())
        assert b"SYNTHETIC" in content, name


def test_no_code_is_one_of_a_real_municipality(editions_read, layers, scores):
    codes = pd.concat(
        [table["gwb_code_10"] for table in editions_read.values()]
        + [layers["buurten"]["buurtcode"], scores["bu_code"]]
    )
    assert codes.str[2:].str.startswith("90").all()


@pytest.mark.parametrize("year", YEARS)
def test_figures_of_no_use_are_secret(editions_read, exact, year):
    published = buurten(editions_read[year])
    figures = divisions.figures(exact, year)
    figures = figures[figures["recs"] == "Buurt"].set_index("code").loc[published.index]
    few = figures["dwellings"] < 20
    unknown = figures["unknown"] > 0.5 * figures["dwellings"]
    woz = published.filter(regex="^g_woz").iloc[:, 0]
    secret = {
        "p_wcorpw": few | unknown,
        "g_woz": few,
        "p_ink_li": figures["population"] < 100,
    }
    assert all(hidden.any() and not hidden.all() for hidden in secret.values())
    for name, hidden in secret.items():
        cells = woz if name == "g_woz" else published[name]
        assert (numbers(cells).isna() == hidden).all(), name


@pytest.mark.parametrize("year", [2018, 2020])
def test_small_numbers_of_clients_are_secret(editions_read, year):
    published = buurten(editions_read[year])
    for count, share in (("a_jz_tn", "p_jz_tn"), ("a_wmo_t", "p_wmo_t")):
        clients = numbers(published[count])
        assert clients.isna().any()
        assert clients.min() >= 10
        assert (clients.isna() == numbers(published[share]).isna()).all()


def test_municipalities_without_leave_publish_no_clients(editions_read):
    rows = editions_read[2020]
    held = rows[rows["gwb_code_10"].str[2:6].isin([code[2:] for code in editions.NO_LEAVE])]
    assert numbers(held["p_wmo_t"]).isna().all()


@pytest.mark.parametrize("year", YEARS)
def test_published_tenure_is_the_exact_one_rounded(editions_read, exact, year):
    published = buurten(editions_read[year])
    figures = divisions.figures(exact, year).set_index("code").loc[published.index]
    for name, owner in (("p_koopw", "owner"), ("p_wcorpw", "corporation"), ("p_ov_hw", "other")):
        share = numbers(published[name])
        gap = share - 100 * figures[owner] / figures["dwellings"]
        assert (share.dropna() % 1 == 0).all()
        assert gap.abs().max() <= 0.5 + 1e-9


@pytest.mark.parametrize("year", YEARS)
def test_counts_of_residents_are_rounded_to_five(editions_read, year):
    residents = numbers(buurten(editions_read[year])["a_inw"])
    assert (residents % 5 == 0).all()
    assert (residents == 0).any()


def test_names_and_marks_drift_between_the_editions(folder, editions_read):
    raw = {
        year: store.read_workbook(folder / f"sample-kwb-{year}" / f"kwb-{year}.xlsx")
        for year in YEARS
    }
    assert [year for year in YEARS if "g_wozbag" in raw[year]] == [2015, 2016, 2019]
    assert [year for year in YEARS if "p_15_24" in raw[year]] == [2015, 2016]
    assert [year for year in YEARS if "IND_WBI" in raw[year]] == [2016]
    assert "p_koopw " in raw[2020]
    assert [year for year in YEARS if "g_gewsek" in raw[year]] == [2015, 2016, 2017, 2018]
    assert (raw[2015]["recs"] == "Buurt     ").any()
    assert (raw[2015] == "       .").any(axis=None)
    assert raw[2018]["g_ink_pi"].str.contains(",").any()
    assert raw[2018]["g_hhgro"].str.contains(".", regex=False).any()
    assert raw[2020]["gwb_code_8"].str.contains("AA").any()
    assert editions_read[2018]["gwb_code_8"].str.fullmatch(r"\d+").all()


@pytest.mark.parametrize("year", YEARS)
def test_wijken_and_gemeenten_hold_all_residents(editions_read, year):
    rows = editions_read[year].assign(a_inw=lambda table: numbers(table["a_inw"]))
    totals = rows.groupby(rows["recs"].str.strip())["a_inw"].sum()
    assert totals["Wijk"] == pytest.approx(totals["Gemeente"], rel=1e-3)
    assert totals["Buurt"] == pytest.approx(totals["Gemeente"], rel=1e-3)


def test_change_flags_say_what_changed_since_the_year_before(editions_read):
    flags = {year: numbers(buurten(table)["ind_wbi"]) for year, table in editions_read.items()}
    for year in set(YEARS) - {2019}:
        assert (flags[year] == 1).all()
    before, after = set(flags[2018].index), flags[2019]
    anew, moved = after[after == 2], after[after == 3]
    assert set(anew.index) == set(after.index) - before
    assert set(anew.index.str[2:6]) == {divisions.RECODED[2:]}
    assert len(moved) == 2 * divisions.SWAPS
    assert set(moved.index) <= before


def test_only_areas_that_swapped_land_change_in_size(editions_read):
    area = {year: numbers(buurten(editions_read[year])["a_opp_ha"]) for year in (2018, 2019)}
    both = area[2018].index.intersection(area[2019].index)
    other = both[area[2018][both] != area[2019][both]]
    flags = numbers(buurten(editions_read[2019])["ind_wbi"])
    assert set(other) == set(flags.index[flags == 3])
    assert area[2018].sum() == pytest.approx(area[2019].sum(), abs=10)


def test_a_pair_across_wijken_flags_both_wijken(exact):
    land = exact.geography.land
    pairs = divisions.swaps(exact)
    across = {
        wijk
        for one, other in pairs
        for wijk in land["wijk"].iloc[[one, other]]
        if land["wijk"].iloc[one] != land["wijk"].iloc[other]
    }
    figures = divisions.figures(exact, 2019)
    wijken = figures[figures["recs"] == "Wijk"].set_index("code")["change"]
    assert set(wijken.index[wijken == 3]) == across


def test_scores_are_the_sum_of_their_dimensions(scores):
    shown = scores.dropna()
    assert (shown[DIMENSIONS].sum(axis=1) - shown["afw"]).abs().max() <= 1e-12
    assert np.ptp(scores["lbm"] - scores["afw"]) <= 1e-12


def test_dimensions_are_missing_in_the_waves_that_lack_them(scores):
    assert scores[["lbm", "afw"]].notna().all(axis=None)
    without = scores.groupby("jaar")["won"].apply(lambda won: won.isna().all())
    assert set(without.index[without]) == {2002, 2008, 2012, 2016}
    assert scores.loc[scores["jaar"].isin([2014, 2018, 2020]), DIMENSIONS].notna().all(axis=None)


def test_the_file_of_scores_has_the_publishers_form(folder):
    text = (folder / "sample-leefbaarometer-2020" / SCORES).read_bytes()
    lines = text.decode("utf-8").split("\n")
    assert lines[0] == "bu_code,bu_naam,jaar,lbm,afw,fys,onv,soc,vrz,won"
    assert lines[1].endswith(",NA,NA,NA,NA,NA")
    assert b"\r" not in text
    assert lines[1:-1] == sorted(lines[1:-1], key=lambda line: (line[:10], line.split(",")[2]))


def test_areas_with_hardly_any_homes_have_no_score(scores, editions_read):
    homes = numbers(buurten(editions_read[2020])["a_woning"])
    scored = set(scores.loc[scores["jaar"] == 2020, "bu_code"])
    assert scored < set(homes.index)
    assert not scored & set(homes.index[homes < 20])


def test_borders_and_figures_of_2020_have_the_same_codes(layers, editions_read):
    land = layers["buurten"][layers["buurten"]["water"] == "NEE"]
    assert set(land["buurtcode"]) == set(buurten(editions_read[2020]).index)


def test_water_has_fictitious_codes_and_no_residents(layers):
    water = layers["buurten"][layers["buurten"]["water"] == "JA"]
    assert len(water) > 0
    assert water["buurtcode"].str.endswith(("9997", "9998")).all()
    assert (water["aantal_inwoners"] == -99997).all()


def test_figures_to_come_have_their_own_mark(layers):
    assert (layers["buurten"]["percentage_koopwoningen"] == -99995).all()


def test_layers_are_in_the_national_grid(layers):
    assert {layer.crs.to_epsg() for layer in layers.values()} == {28992}


@pytest.mark.parametrize(("layer", "code"), [("wijken", "wijkcode"), ("gemeenten", "gemeentecode")])
def test_buurten_are_nested_exactly(layers, layer, code):
    parts = (
        layers["buurten"]
        .groupby([code, "water"])["geometry"]
        .agg(lambda shapes: shapely.union_all(np.array(shapes)))
    )
    whole = layers[layer].set_index([code, "water"])["geometry"]
    assert set(whole.index) == set(parts.index)
    assert max(whole[key].symmetric_difference(parts[key]).area for key in whole.index) < 1


def test_the_truth_is_written_beside_the_files(folder):
    written = pd.read_csv(folder / "truth.csv")
    assert list(written) == truth.COLUMNS
    violence = written[written["outcome"] == "violence_rate"].set_index("specification")["effect"]
    assert violence["owner-to-corporation"] == truth.load().columns["violence_rate"].corporation
    assert violence["blending"] == 0


@pytest.mark.parametrize("seed", [-1, 1.5, "2022", True, None])
def test_a_seed_that_is_none_is_refused(wanted, tmp_path, seed):
    with pytest.raises(ParameterError, match="seed"):
        publish(seed, wanted, tmp_path)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("sample-kwb-2018", {"year": 2021, "division": 2021}),
        ("sample-kwb-2018", {"division": 2020}),
        ("sample-kwb-2018", {"made_by": None}),
        ("sample-kwb-2018", {"dataset": "kwb_rda"}),
        ("sample-leefbaarometer-2020", {"level": "wijk"}),
        ("sample-boundaries-2020", {"year": 2019, "division": 2019}),
    ],
)
def test_what_is_not_published_is_refused_before_anything_is_written(
    wanted, tmp_path, name, fields
):
    other = wanted[name].model_copy(update=fields)
    with pytest.raises(ParameterError, match="does not publish") as caught:
        publish(SEED, wanted | {name: other}, tmp_path)
    assert name in str(caught.value)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("odd", [["sample-kwb-2018"], {"sample-kwb-2018": "kwb-2018.xlsx"}, None])
def test_sources_of_another_kind_are_refused(tmp_path, odd):
    with pytest.raises(ParameterError, match="does not publish"):
        publish(SEED, odd, tmp_path)
