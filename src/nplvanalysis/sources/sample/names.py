"""Names of places; none is meant to be a real municipality."""

from __future__ import annotations

from functools import cache

import numpy as np

PROVINCE = "Sagenland"
MARK = "SYNTHETIC"

PROVINCES = [
    *(PROVINCE, "Nevelland", "Oud-Fabelland", "Reuzenland", "Mirakelen", "Zilvergouw"),
    *("Dwaallanden", "Wolvenmark", "Trollenstreek", "Elfenland", "Maanoever", "Raven-Holm"),
]
MUNICIPALITIES = [
    *("Sagenstad", "Reuzenkamp", "Draakhaven", "Noordersage", "Fabelwaard", "Mistmeer"),
    *("Trollenvoort", "Zilverdonk", "Elfenrade", "Maanwolde", "Ravenzijl", "Aldersluis"),
    *("Askerbeek", "Bokkengeest", "Crommerzand", "Dromelveld", "Dwaalkerke", "Eversgouw"),
    *("Fluitwoude", "Grimmelo", "Gruttogeest", "Hagelbergen", "IJzerhorn", "Jonkersfehn"),
    *("Kobolderveen", "Kwelderhorn", "Lichtenvaart", "'s-Lommerdonk", "Mirakelstein", "Nevelburg"),
    *("Súdersage", "Ooievaarslo", "Popelgouw", "Quarlo", "Roodkapel", "Schemerdal"),
    *("Spokendam", "Tovermonde", "Uilenrade", "Varengouw", "Vossendijk", "Wichelaar"),
    *("Wolvenstee", "Zwanenbroek"),
]
# For larger countries: beginnings and ends of further names.
_STEMS = [
    *("Sagen", "Reuzen", "Draken", "Elfen", "Trollen", "Kobold", "Nevel", "Tover", "Spoken"),
    *("Wolver", "Ekster", "Uilen", "Zwanen", "Mirakel", "Zilver", "Schemer", "Dwaal", "Fabel"),
    *("Maan", "Sterren", "Heksen", "Vuurvliegen", "Vonken", "Klaver", "Distel", "Egel", "Otter"),
    *("Gruis", "Hermelijn", "Kievit", "Lijster", "Marter", "Reiger", "Salamander", "Tureluur"),
    *("Wezel", "Brasem", "Kraanvogel", "Libellen", "Hazelaar", "Bosuil", "IJsvogel", "Reünie"),
    *("Réveil", "Geëerde", "Hélène", "Noël"),
]
_ENDS = [
    *("kamp", "haven", "waard", "voort", "donk", "rade", "wolde", "zijl", "sluis", "beek"),
    *("geest", "veld", "kerk", "gouw", "woude", "horn", "stein", "monde", "dijk", "broek"),
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


@cache
def _municipalities() -> np.ndarray:
    further = [stem + end for end in _ENDS for stem in _STEMS]
    return np.array(list(dict.fromkeys(MUNICIPALITIES + further)), dtype=object)


def municipalities(numbers: np.ndarray) -> np.ndarray:
    """Name municipalities.

    Parameters
    ----------
    numbers : ndarray of int, shape (n,)
        0 and on, in all about 900.

    Returns
    -------
    ndarray of str, shape (n,)
        Every number has its own name.
    """
    return _municipalities()[numbers]


def provinces(numbers: np.ndarray) -> np.ndarray:
    """Name provinces; beyond the twelfth they are numbered.

    Parameters
    ----------
    numbers : ndarray of int, shape (n,)

    Returns
    -------
    ndarray of str, shape (n,)
    """
    more = [f"Verre Land {number}" for number in range(len(PROVINCES), numbers.max() + 1)]
    return np.array(PROVINCES + more, dtype=object)[numbers]


def buurten(
    kinds: np.ndarray, municipality: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Name buurten; as in reality, names repeat between municipalities.

    Parameters
    ----------
    kinds : ndarray of str, shape (n,)
        centre, residential, village, outlying, industry or water.
    municipality : ndarray of str, shape (n,)
        Names of the municipalities.
    first : ndarray of bool, shape (n,)
        Centres: each is named after its municipality and carries the word SYNTHETIC, so that no
        file can be taken for a real one.
    rng : Generator

    Returns
    -------
    ndarray of str, shape (n,)
    """
    start = rng.choice(_FIRST, len(kinds))
    pick = rng.random(len(kinds))
    named = [
        _named(kind, place, word, share)
        for kind, place, word, share in zip(kinds, municipality, start, pick, strict=True)
    ]
    centres = municipality + f"-Centrum ({MARK})"
    return np.where(first, centres, np.array(named, dtype=object))


def _named(kind: str, place: str, start: str, share: float) -> str:
    if kind == "water":
        return f"{place} - Water"
    if kind == "outlying":
        return f"Verspreide huizen {start}"
    end = _LAST[kind][int(share * len(_LAST[kind]))]
    return f"Bedrijventerrein {start}{end}" if kind == "industry" else f"{start}{end}"
