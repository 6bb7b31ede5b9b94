"""Raw responses of CBS OData v3, as received: entities in pages that are complete and in order.

A zip holds one JSON per entity (`DataProperties.json`, a dimension) or a page each of a long one
(`TypedDataSet-000.json`). A page that is not the last says where the next one is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nplvanalysis import errors

JSON = r".+\.json"
NEXT = "odata.nextLink"
TODO = "The download may have been cut off or edited. Fetch the table again from its publisher."


@dataclass(frozen=True)
class Responses:
    """The JSON members of one zip.

    Parameters
    ----------
    members : dict of str to bytes
        By name without folder.
    where : str
        The file, named in errors.
    """

    members: dict[str, bytes]
    where: str

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """Read all rows of an entity; errors as in `pages`."""
        return [row for page in self.pages(entity) for row in page]

    def pages(self, entity: str) -> Iterator[list[dict[str, Any]]]:
        """Read an entity page by page: one page at a time is in memory.

        Parameters
        ----------
        entity : str
            Such as TypedDataSet.

        Yields
        ------
        list of dict
            Rows of one page.

        Raises
        ------
        FormatError
            If the entity is not there, a page is missing, out of order or there twice, or a
            response is not the JSON of this publisher.
        """
        names = self._members_of(entity)
        seen, count = set(), 0
        for place, name in enumerate(names):
            page = self._parsed(name)
            count += len(page["value"])
            link = page.get(NEXT)
            self._chained(name, link, count, last=place == len(names) - 1)
            if link in seen:
                raise self.broken(name, f"an {NEXT} that no other page has", str(link))
            seen.add(link)
            yield page["value"]

    def broken(self, member: str, expected: str, got: str) -> errors.FormatError:
        """Make the error that says what is wrong with a member of the zip."""
        return errors.FormatError(
            "A response is not what its publisher sends.",
            where=f"{self.where}, {member}",
            expected=expected,
            got=got,
            todo=TODO,
        )

    def _members_of(self, entity: str) -> list[str]:
        pattern = re.compile(rf"{re.escape(entity)}(-(\d+))?\.json")
        numbered = {name: pattern.fullmatch(name) for name in self.members}
        pages = {name: int(match[2] or 0) for name, match in numbered.items() if match}
        names = sorted(pages, key=lambda name: pages[name])
        if not names or [pages[name] for name in names] != list(range(len(names))):
            expected = f"{entity}.json, or {entity}-000.json and so on without a gap"
            raise self.broken(f"{entity}*.json", expected, ", ".join(names) or "no such member")
        return names

    def _parsed(self, name: str) -> dict[str, Any]:
        try:
            page = json.loads(self.members[name], parse_constant=_refused)
        except ValueError as error:
            start = self.members[name][:40].decode("utf-8", "replace")
            got = f"{len(self.members[name]):,} bytes that begin with {start!r}: {error}"
            raise self.broken(name, "JSON, complete", got) from error
        rows = page.get("value") if isinstance(page, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.broken(name, 'an object with "value", a list of rows', str(page)[:80])
        return page

    def _chained(self, name: str, link: str | None, count: int, last: bool) -> None:
        if last and link is not None:
            raise self.broken(name, f"the last page, without {NEXT}", f"one more page at {link}")
        if last:
            return
        skip = re.search(r"skip=(\d+)", link or "")
        if link is None or (skip and int(skip[1]) != count):
            expected = f"an {NEXT} that goes on after {count:,} rows, since more pages follow"
            raise self.broken(name, expected, link or f"no {NEXT}")


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")
