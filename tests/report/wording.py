"""Words that say that one thing does something to another, and where a page has them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Verbs only: "verbetering" may be seen without anything that does it.
DUTCH = (
    r"(?:verbeter|verslechter|verminder|verhinder|bevorder|verklein)(?:t|en|de|den|d)?"
    r"|veroorza\w+|verlaagt?|verlaagde\w*|verlagen|verhoogt?|verhoogde\w*|verhogen"
    r"|vergroot|vergroten|versterk(?:t|en|te|ten)|voorkomt|voorkomen|helpt|helpen|hielp(?:en)?"
    r"|schaadt|schaden|beïnvloed\w*|bewerkstellig\w*|leid(?:t|en|de|den) tot"
    r"|zorg(?:t|en|de|den) voor|draagt bij|dragen bij|bijdra\w+ aan|resulteer\w* in"
    r"|komt door|komen door|dankzij|als gevolg van|ten gevolge van|waardoor|doordat"
    r"|heeft effect|hebben effect"
)
ENGLISH = (
    r"improv(?:e|es|ed|ing)|worsen(?:s|ed|ing)?|caus(?:e|es|ed|ing)|reduc(?:e|es|ed|ing)"
    r"|lower(?:s|ed|ing)|rais(?:e|es|ing)|increas(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)"
    r"|diminish\w*|strengthen\w*|weaken\w*|boost\w*|foster\w*|promot(?:e|es|ed|ing)"
    r"|prevent(?:s|ed|ing)?|help(?:s|ed|ing)?|harm(?:s|ed|ing)?|affect(?:s|ed|ing)?"
    r"|influenc(?:e|es|ed|ing)|lead(?:s|ing)? to|led to|result(?:s|ed|ing)? in"
    r"|contribut(?:e|es|ed|ing) to|bring(?:s|ing)? about|because of|due to|owing to"
    r"|thanks to|as a result of|has an effect|have an effect"
)
CAUSAL = re.compile(rf"\b(?:{DUTCH}|{ENGLISH})\b", re.IGNORECASE)
# What the meeting claimed is quoted word for word, and marked so.
QUOTED = "claim"
SILENT = ("script", "style", "code")
# Where a page folds away the code of a notebook.
FOLDED = "code"
# Elements without an end tag.
VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
SPOKEN = ("alt", "aria-label", "title", "placeholder")


class _Prose(HTMLParser):
    """Collects what a reader sees or hears, but for quoted claims and code."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    @property
    def quiet(self) -> bool:
        return any(quiet for _, quiet in self.open)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        quoted = QUOTED in classes or (tag == "details" and FOLDED in classes)
        if not (self.quiet or quoted):
            self.texts += [given[name] for name in SPOKEN if given.get(name)]
        if tag not in VOID:
            self.open.append((tag, quoted or tag in SILENT))

    def handle_endtag(self, tag):
        while tag in [name for name, _ in self.open]:
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data):
        if not self.quiet and data.strip():
            self.texts.append(data)


def prose(html: str) -> str:
    """Give the text of a page, with what screen readers say of its figures."""
    parser = _Prose()
    parser.feed(html)
    return "\n".join(parser.texts)


def causal(html: str) -> list[str]:
    """List causal words of a page outside quoted claims, each with its surroundings."""
    text = re.sub(r"\s+", " ", prose(html))
    return [text[max(0, found.start() - 60) : found.end() + 40] for found in CAUSAL.finditer(text)]
