"""A study in one language: what every figure, table and sentence needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from nplvanalysis import params, registers, schema
from nplvanalysis.report import numbers, words


@dataclass(frozen=True)
class Edition:
    """A study, its registers and the language of the reader."""

    study: params.Study
    dictionary: dict[str, schema.Column]
    sources: dict[str, registers.Source]
    claims: registers.Claims
    language: str
    told_years: str = ""

    def say(self, group: str, key: str, **values: object) -> str:
        """Give a fixed text; see `words.say`."""
        return words.say(self.language, group, key, **values)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Write a number; see `numbers.number`."""
        return numbers.number(value, self.language, decimals)

    def title(self, column: str) -> str:
        """Name a column as the dictionary does, or by its own name if it is not there."""
        entry = self.dictionary.get(column)
        return str(getattr(entry, f"title_{self.language}")) if entry else column

    def outcome(self, column: str) -> str:
        """Name an outcome as it stands in the middle of a sentence."""
        in_words = words.known("outcome", column)
        return self.say("outcome", column) if in_words else f"“{self.title(column)}”"

    def statement(self, hypothesis: str) -> str:
        """State a hypothesis as this study tests it; in general if it does not."""
        entry = self.claims.hypotheses[hypothesis]
        rows = entry.studies.get(self.study.study, [])
        own = [row.statement for row in rows if row.statement]
        return str(getattr(own[0] if own else entry.statement, self.language))

    def falsified(self, hypothesis: str) -> str:
        """Say what would speak against a hypothesis; empty if no open data could."""
        entry = self.claims.hypotheses[hypothesis]
        return "" if entry.not_testable else str(getattr(entry.falsified, self.language))

    def reading(self, hypothesis: str) -> str:
        """Give the caveat of a hypothesis, or of its deciding row in this study; empty for none."""
        own = self.claims.hypotheses[hypothesis]
        rows = [row.reading for row in own.studies.get(self.study.study, []) if row.reading]
        entry = rows[0] if rows else own.reading
        return str(getattr(entry, self.language)) if entry else ""

    def unit(self, column: str, group: str = "unit") -> str:
        """Name the unit of a column; group "amount" for the unit of a difference."""
        unit = self.dictionary[column].unit if column in self.dictionary else ""
        return self.say(group, unit) if words.known(group, unit) else unit

    def axis(self, column: str) -> str:
        """Label an axis: title and unit."""
        return f"{self.title(column)} ({self.unit(column)})"

    def contrast(self, specification: str, group: str = "where") -> str:
        """Put a contrast in words; group "per" for the short form."""
        model = self.study.models.specifications[specification]
        step = self.number(model.step, 0 if model.step == int(model.step) else 1)
        if words.known(group, specification):
            return self.say(group, specification, step=step, among=self.among)
        said = {"unit": self.unit(model.contrast, "amount"), "title": self.title(model.contrast)}
        return self.say(group, "other", step=step, among=self.among, **said)

    def held(self, column: str) -> str:
        """Name what is held constant as it stands in a sentence."""
        known = words.known("held", column)
        return self.say("held", column) if known else self.title(column).lower()

    @property
    def among(self) -> str:
        """Between which areas the study compares, and how it weighs them."""
        models = self.study.models
        known = words.known("among", models.fixed_effects)
        key = models.fixed_effects if known else "other"
        inside = self.held(models.fixed_effects)
        among = self.say("among", key, areas=self.areas, inside=inside)
        if "urbanity" in models.controls:
            among = self.say("among", "urbanity", among=among)
        return self.say(
            *("among", "weights"), among=among, weights=self.title(models.weights).lower()
        )

    @property
    def areas(self) -> str:
        """The areas of this study, in the plural."""
        return self.say("areas", self.study.unit)

    @property
    def years(self) -> str:
        """The years of what is shown, or else of tenure, outcomes and borders of this study."""
        if self.told_years:
            return self.told_years
        years = self.study.years
        key = "two_years" if years.exposure == years.outcome else "three_years"
        return self.of_years(years.exposure, years.outcome, years.division, key)

    def of_years(
        self,
        exposure: int,
        outcome: int,
        division: int,
        key: str = "three_years",
        title: str = "",
    ) -> str:
        """Name the years of tenure (or `title`), outcome and borders; one if all are the same."""
        key = "same_year" if exposure == outcome == division else key
        years = {"exposure": exposure, "outcome": outcome, "division": division}
        return self.say("sentence", key, title=title, **years)

    @property
    def source(self) -> str:
        """The source line of a figure: datasets with their years, and the years of the figures."""
        if self.study.synthetic:
            sources = self.say("dataset", "synthetic")
            return self.say("chart", "source", sources=sources, years=self.years)
        dated: dict[str, list[int]] = {}
        for source in self.sources.values():
            dated.setdefault(source.dataset, []).append(source.year)
        named = dict.fromkeys(f"{self.dataset(name)} {_span(all_)}" for name, all_ in dated.items())
        return self.say("chart", "source", sources="; ".join(named), years=self.years)

    def dataset(self, name: str) -> str:
        """Name a dataset as readers know it."""
        return self.say("dataset", name) if words.known("dataset", name) else name


def _span(years: list[int]) -> str:
    first, last = min(years), max(years)
    return f"{first}" if first == last else f"{first}–{last}"


def load(language: str = "en") -> Edition:
    """Read the study that runs and its registers.

    Parameters
    ----------
    language : str
        nl or en.

    Returns
    -------
    Edition
    """
    study = params.load()
    return Edition(
        study=study,
        dictionary=schema.columns(),
        sources=registers.chosen(study, registers.sources()),
        claims=registers.claims(),
        language=language,
    )
