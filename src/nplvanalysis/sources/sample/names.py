"""Names of the places of Sagenland; none is meant to be a real municipality."""

from __future__ import annotations

import numpy as np

PROVINCE = "Sagenland"
MARK = "SYNTHETIC"

MUNICIPALITIES = [
    *("Sagenstad", "Reuzenkamp", "Draakhaven", "Noordersage", "Fabelwaard", "Mistmeer"),
    *("Trollenvoort", "Zilverdonk", "Elfenrade", "Maanwolde", "Ravenzijl", "Aldersluis"),
    *("Askerbeek", "Bokkengeest", "Crommerzand", "Dromelveld", "Dwaalkerke", "Eversgouw"),
    *("Fluitwoude", "Grimmelo", "Gruttogeest", "Hagelbergen", "IJzerhorn", "Jonkersfehn"),
    *("Kobolderveen", "Kwelderhorn", "Lichtenvaart", "Lommerdonk", "Mirakelstein", "Nevelburg"),
    *("Oostersage", "Ooievaarslo", "Popelgouw", "Quarlo", "Roodkapel", "Schemerdal"),
    *("Spokendam", "Tovermonde", "Uilenrade", "Varengouw", "Vossendijk", "Wichelaar"),
    *("Wolvenstee", "Zwanenbroek"),
]
_FIRST = [
    *("Linden", "Meeuwen", "Molen", "Kasteel", "Vijver", "Hazel", "Wilgen", "Prinsen"),
    *("Zand", "Berken", "Heide", "Korenbloem", "Brink", "Kersen", "Rietveld", "Indië"),
    *("Componisten", "Vogel", "Sluis", "Haven", "Klooster", "Ridder", "Sterren", "Vlinder"),
]
_LAST = {
    "centre": ["markt", "kwartier", "plein"],
    "residential": ["buurt", "hof", "kwartier", "park", "veld"],
    "village": ["dorp", "hoek", "kerk"],
    "industry": ["werf", "dok"],
}


def buurten(kinds: np.ndarray, municipality: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Name buurten; as in reality, names repeat between municipalities.

    Parameters
    ----------
    kinds : ndarray of str, shape (n,)
        centre, residential, village, outlying, industry or water.
    municipality : ndarray of str, shape (n,)
        Names of the municipalities. The first buurt of each is named after it and carries the
        word SYNTHETIC, so that no file of the province can be taken for a real one.
    rng : Generator

    Returns
    -------
    ndarray of str, shape (n,)
    """
    first = rng.choice(_FIRST, len(kinds))
    pick = rng.random(len(kinds))
    named = [
        _named(kind, place, start, share)
        for kind, place, start, share in zip(kinds, municipality, first, pick, strict=True)
    ]
    seen: set[str] = set()
    for position, place in enumerate(municipality):
        if place not in seen and kinds[position] != "water":
            named[position] = f"{place}-Centrum ({MARK})"
            seen.add(place)
    return np.array(named, dtype=object)


def _named(kind: str, place: str, start: str, share: float) -> str:
    if kind == "water":
        return f"{place} - Water"
    if kind == "outlying":
        return f"Verspreide huizen {start}"
    end = _LAST[kind][int(share * len(_LAST[kind]))]
    return f"Bedrijventerrein {start}{end}" if kind == "industry" else f"{start}{end}"
