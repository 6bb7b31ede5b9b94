"""Vintage of a StatLine table: what its texts say of the year of its areas."""

import re

import pytest

from nplvanalysis.clean import datasets, vintage
from tests.clean import published


@pytest.mark.parametrize(
    "text",
    [
        "Wijken en buurten (indeling 2024)",
        "Alle jaren volgens de buurtindeling van 2024",
        "naar gemeentelijke indeling op 1 januari 2024",
        "Indeling per 1 januari 2024.",
    ],
)
def test_the_division_is_read_in_the_words_that_publishers_use(text):
    assert re.findall(vintage.DIVISION, text) == ["2024"]


def test_the_classification_of_firms_is_no_division_of_areas():
    assert not re.findall(vintage.DIVISION, "de Standaard Bedrijfsindeling 2008")


@pytest.mark.parametrize("dataset", ["moves", "safety_survey", "police"])
def test_a_division_that_only_the_dimension_states_is_enough(entry, dataset):
    tables = getattr(published, dataset)()
    about = tables["TableInfos.json"]["value"][0]
    about["ExplanatoryText"] = None
    for row in tables["DataProperties.json"]["value"]:
        if row["Key"] == "WijkenEnBuurten":
            row["Description"] = "Wijken en buurten (indeling 2024)"
    source = entry(dataset, "buurt", 2024, file=f"{about['Identifier']}.zip")
    assert set(datasets.cleaned(published.members(tables), source).table["division"]) == {2024}
