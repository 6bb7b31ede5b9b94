"""A study has one set of borders of its division, and may have others to lay over it."""

from __future__ import annotations

import pytest

from nplvanalysis.errors import ParameterError
from nplvanalysis.harmonise.borders import borders_of, other_borders
from nplvanalysis.registers import Source


def borders(division: int, level: str = "buurt", dataset: str = "boundaries") -> Source:
    return Source.model_construct(dataset=dataset, level=level, division=division, year=division)


YEARS = {f"b{year}": borders(year) for year in (2018, 2019, 2020)}


def test_the_borders_of_the_division_are_picked():
    assert borders_of(YEARS, "buurt", 2019) == "b2019"


def test_borders_of_another_level_do_not_count():
    assert borders_of({**YEARS, "w": borders(2019, "wijk")}, "buurt", 2019) == "b2019"


def test_the_only_borders_of_a_study_are_picked_whatever_their_year():
    """Their year is checked with a message of its own."""
    assert borders_of({"b2018": YEARS["b2018"]}, "buurt", 2020) == "b2018"


@pytest.mark.parametrize(
    ("sources", "division"),
    [({}, 2020), (YEARS, 2021), ({**YEARS, "again": borders(2020)}, 2020)],
)
def test_none_or_two_sets_of_borders_of_the_division_are_refused(sources, division):
    with pytest.raises(ParameterError, match="one source of borders"):
        borders_of(sources, "buurt", division)


def test_borders_of_other_years_are_those_of_the_unit():
    sources = {**YEARS, "w": borders(2018, "wijk"), "kwb": borders(2018, dataset="kwb")}
    assert other_borders(sources, "buurt", 2020) == {2018: "b2018", 2019: "b2019"}


def test_two_sets_of_borders_of_another_year_are_refused():
    with pytest.raises(ParameterError, match="b2018, again"):
        other_borders({**YEARS, "again": borders(2018)}, "buurt", 2020)
