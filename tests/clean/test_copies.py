"""Waves that are copies of an earlier wave."""

import pandas as pd
import pytest

from nplvanalysis.clean import copies, tidy

ONE, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def wave(entry):
    """Make an entry of a wave of its own file."""

    def make(year, sha256=None, file=None, level="gebied"):
        about = entry("wijkprofiel", level, year, 2014, file or f"gemeente {year} si.csv")
        return about.model_copy(update={"sha256": sha256})

    return make


def cleaned(year: int, trust: float = 46.0) -> tidy.Cleaned:
    table = pd.DataFrame(
        {
            "code": ["GB05990071", "GB05990078"],
            "name": ["Tarwewijk", "Zuiderpark en Zuidrand"],
            "year": year,
            "division": 2014,
            "trust_municipality": [trust, 60.0],
        }
    )
    return tidy.Cleaned(table, notes={"lines left out": 15})


def received(**digests: str) -> pd.DataFrame:
    return pd.DataFrame({"source": list(digests), "sha256": list(digests.values())})


def test_a_wave_with_the_bytes_of_an_earlier_one_loses_its_figures_and_says_so(wave):
    entries = {"si-2016": wave(2016, ONE), "si-2018": wave(2018, ONE)}
    tables = {"si-2016": cleaned(2016), "si-2018": cleaned(2018)}
    digests = received(**dict.fromkeys(entries, ONE))
    made = copies.left_out(tables, entries, entries, digests)
    assert "trust_municipality" in made["si-2016"].table
    assert list(made["si-2018"].table) == ["code", "name", "year", "division"]
    (warning,) = set(made["si-2018"].notes) - {"lines left out"}
    assert "LEFT OUT" in warning
    assert "copy of si-2016" in warning


def test_the_original_need_not_be_in_the_study(wave):
    catalogue = {"si-2016": wave(2016, ONE), "si-2018": wave(2018, ONE)}
    entries = {"si-2018": catalogue["si-2018"]}
    tables = {"si-2018": cleaned(2018)}
    made = copies.left_out(tables, entries, catalogue, received(**{"si-2018": ONE}))
    assert "trust_municipality" not in made["si-2018"].table


def test_a_copy_that_was_saved_anew_is_known_by_its_figures(wave):
    entries = {"si-2016": wave(2016, ONE), "si-2018": wave(2018, OTHER)}
    tables = {"si-2016": cleaned(2016), "si-2018": cleaned(2018)}
    digests = received(**{"si-2016": ONE, "si-2018": OTHER})
    made = copies.left_out(tables, entries, entries, digests)
    assert "trust_municipality" not in made["si-2018"].table


def test_a_wave_with_one_other_figure_stays(wave):
    entries = {"si-2016": wave(2016, ONE), "si-2018": wave(2018, OTHER)}
    tables = {"si-2016": cleaned(2016), "si-2018": cleaned(2018, trust=47)}
    digests = received(**{"si-2016": ONE, "si-2018": OTHER})
    assert copies.left_out(tables, entries, entries, digests) == tables


def test_one_file_with_several_years_is_no_copy(wave):
    entries = {"a": wave(2016, ONE, "all.csv"), "b": wave(2018, ONE, "all.csv")}
    tables = {"a": cleaned(2016), "b": cleaned(2018, trust=47)}
    digests = received(**dict.fromkeys(entries, ONE))
    assert copies.left_out(tables, entries, entries, digests) == tables


def test_borders_without_figures_are_no_copies(wave):
    entries = {"a": wave(2016, ONE), "b": wave(2018, OTHER)}
    tables = {
        name: tidy.Cleaned(cleaned(about.year).table.drop(columns="trust_municipality"))
        for name, about in entries.items()
    }
    digests = received(a=ONE, b=OTHER)
    assert copies.left_out(tables, entries, entries, digests) == tables


def test_the_catalogue_tells_that_the_social_index_of_2018_is_a_copy(root):
    from nplvanalysis import registers

    catalogue = registers.sources(root / "data" / "sources.yaml")
    pair = {name: catalogue[name] for name in ("wijkprofiel-2016-si", "wijkprofiel-2018-si")}
    digests = received(**{name: about.sha256 for name, about in pair.items()})
    tables = {"wijkprofiel-2018-si": cleaned(2018)}
    own = {"wijkprofiel-2018-si": pair["wijkprofiel-2018-si"]}
    made = copies.left_out(tables, own, catalogue, digests)
    assert "trust_municipality" not in made["wijkprofiel-2018-si"].table
