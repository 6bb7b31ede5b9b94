"""The catalogue of sources: what a study takes from it, what is wrong with it, how it is pinned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath

from nplvanalysis import errors, params, registers
from nplvanalysis.registers import Source

MARK = "SYNTHETIC"
PUBLISHED_YEARLY = ("kwb", "kwb_rda")
UNSAFE = set('<>:"|?*')


def chosen(study: params.Study, catalogue: Mapping[str, Source]) -> dict[str, Source]:
    """Pick the sources of a study, all real or all synthetic.

    Parameters
    ----------
    study : Study
        The study that runs.
    catalogue : mapping of str to Source
        All sources.

    Returns
    -------
    dict of str to Source
        In the order of the study.

    Raises
    ------
    ParameterError
        If a source is not in the catalogue, or if a study of real data names a synthetic one
        or the other way round.
    """
    wanted = registers.chosen(study, dict(catalogue))
    strays = [name for name, entry in wanted.items() if bool(entry.made_by) != study.synthetic]
    if strays:
        kinds = ("real", "synthetic") if study.synthetic else ("synthetic", "real")
        raise errors.ParameterError(
            "A study mixes real and synthetic sources.",
            where=f"{params.PARAMS}, sources of study {study.study!r}",
            expected=f"only {kinds[1]} sources, since synthetic: {str(study.synthetic).lower()}",
            got=f"{kinds[0]}: {', '.join(strays)}",
            todo="Take these sources out of the study, or correct `synthetic`.",
        )
    return wanted


def pinned(text: str, name: str, sha256: str) -> str:
    """Write a hash into the text of the catalogue; every other line stays as it is.

    Parameters
    ----------
    text : str
        `data/sources.yaml`.
    name : str
        The source.
    sha256 : str
        64 hexadecimal digits.

    Returns
    -------
    str
        The text with one line changed; a comment at its end is kept.

    Raises
    ------
    RegisterError
        If the entry has no line with its hash.
    """
    entry = rf"^{re.escape(name)}:[^\n]*\n(?:[ \t#][^\n]*\n|\n)*?"
    value = r"(?:[ ]+(?:[\"']?[0-9a-f]{64}[\"']?|null|~)|[ ]?)(?=[ ]*(?:#.*)?$)"
    line = re.compile(rf"({entry}[ ]+sha256:){value}", re.MULTILINE)
    changed, count = line.subn(rf"\g<1> {sha256}", text, count=1)
    if count != 1:
        raise errors.RegisterError(
            "The hash of a source cannot be written.",
            where=f"{registers.SOURCES}, source {name!r}",
            expected="a line `  sha256: …` in this entry",
            got="no such line",
            todo=f"Write it by hand: `  sha256: {sha256}`.",
        )
    return changed


def problems(text: str, catalogue: Mapping[str, Source]) -> list[str]:
    """List what is wrong with the catalogue beyond the fields that `registers` checks.

    Parameters
    ----------
    text : str
        `data/sources.yaml`: order and doubles cannot be seen once it is parsed.
    catalogue : mapping of str to Source
        The same, parsed.

    Returns
    -------
    list of str
        One sentence each; empty when all is well.
    """
    names = re.findall(r"^([A-Za-z0-9_-]+):", text, re.MULTILINE)
    found = [f"{name}: stands twice" for name in _doubles(names)]
    if names != sorted(names):
        found.append(f"not sorted: {', '.join(names)}")
    for field in ("file", "url", "sha256"):
        values = [getattr(entry, field) for entry in catalogue.values()]
        found += [
            f"{field} {value}: in two entries"
            for value in _doubles(values)
            if value and not _of_several_years(field, value, catalogue)
        ]
    for name, entry in catalogue.items():
        rules = _synthetic(entry) if entry.made_by else _real(entry)
        found += [f"{name}: {problem}" for problem in (*_any(name, entry), *rules)]
    return found


def _doubles(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _of_several_years(field: str, value: str, catalogue: Mapping[str, Source]) -> bool:
    """Whether entries that share a value are years of one statistic with the same bytes.

    One file may hold several years, each on a division of its own; and a publisher may give the
    bytes of one wave for another, which `clean` then leaves out.
    """
    entries = [entry for entry in catalogue.values() if getattr(entry, field) == value]
    same = {(entry.dataset, entry.level, entry.sha256) for entry in entries}
    years = {entry.year for entry in entries}
    return len(same) == 1 and entries[0].sha256 is not None and len(years) == len(entries)


def _any(name: str, entry: Source) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        yield "a name is lower-case letters, digits and hyphens"
    plain = PurePosixPath(entry.file).name == PureWindowsPath(entry.file).name == entry.file
    if not plain or UNSAFE & set(entry.file):
        yield f"file {entry.file!r} is not a plain file name"
    if entry.dataset in PUBLISHED_YEARLY and entry.year != entry.division:
        yield "key figures of a year are published on the division of that year"
    blank = [key for key, value in entry.model_dump().items() if value == ""]
    if blank:
        yield f"empty: {', '.join(blank)}"


def _synthetic(entry: Source) -> Iterator[str]:
    if entry.url or entry.copies or entry.sha256:
        yield "a file made here has no url, copies or sha256"
    if MARK not in entry.title or MARK not in entry.producer:
        yield f"title and producer of a file made here say {MARK}"


def _real(entry: Source) -> Iterator[str]:
    if MARK in entry.title or MARK in entry.producer:
        yield f"only a file made here says {MARK}"
    if entry.sha256 is None and entry.url is None:
        yield "neither pinned by a sha256 nor a living statistic with a url"
    if entry.sha256 is None and entry.copies:
        yield "a living statistic has no copies: they cannot be checked without a sha256"
    for address in (entry.page, entry.licence.url, entry.url, *entry.copies):
        if address and (not address.startswith("https://") or " " in address):
            yield f"{address} is not an https address without spaces"
