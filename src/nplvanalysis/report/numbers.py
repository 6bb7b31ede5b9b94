"""Numbers as text: 1.234,5 in Dutch, 1,234.5 in English, and a real minus sign."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"


def number(value: float | None, language: str, decimals: int = 0) -> str:
    """Write a number.

    Parameters
    ----------
    value : float or None
        Missing and infinite values become an en dash.
    language : str
        nl: decimal comma, point for thousands; en: the reverse.
    decimals : int
        Digits after the decimal sign.

    Returns
    -------
    str
        Zero never has a minus sign.
    """
    if value is None or value != value or math.isinf(value):
        return NOTHING
    text = f"{abs(value):,.{decimals}f}"
    if language == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return MINUS + text if value < 0 and any(digit in text for digit in "123456789") else text


def signed(value: float | None, language: str, decimals: int = 0) -> str:
    """Write a number with its sign, plus included; zero and nothing have none."""
    text = number(value, language, decimals)
    positive = any(digit in text for digit in "123456789") and not text.startswith(MINUS)
    return f"+{text}" if positive else text


def decimals(spread: float, digits: int = 2, most: int = 6) -> int:
    """Count the decimals that show a spread in this many significant digits.

    Parameters
    ----------
    spread : float
        For example a standard error; the sign does not matter.
    digits : int
        Significant digits.
    most : int
        Never more decimals than this.

    Returns
    -------
    int
        0 to `most`; 1 for a spread of zero or a missing one.
    """
    if not math.isfinite(spread) or spread == 0:
        return 1
    return min(max(digits - 1 - math.floor(math.log10(abs(spread))), 0), most)


def interval(low: float, high: float, language: str, places: int, signs: bool = True) -> str:
    """Write an interval, ends with their signs; a ratio has none."""
    word = {"nl": "tot", "en": "to"}[language]
    write = signed if signs else number
    return f"{write(low, language, places)} {word} {write(high, language, places)}"


def level(alpha: float, language: str) -> str:
    """Write the level of an interval: 0.05 gives 95 %, 0.0125 gives 98.75 %."""
    share = 100 * (1 - alpha)
    places = next((p for p in range(3) if abs(round(share, p) - share) < 1e-9), 2)
    return f"{number(share, language, places)}\N{NO-BREAK SPACE}%"
