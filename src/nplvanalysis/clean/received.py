"""What the layer `sources` received, against what lies in data/raw now."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from nplvanalysis import errors


def verified(received: pd.DataFrame, source: str, path: Path, digest: str | None) -> None:
    """Stop when a raw file is not the one that was received.

    Parameters
    ----------
    received : DataFrame
        source, file, bytes, sha256, stamp.
    source : str
        Name in the catalogue.
    path : Path
        The raw file, named in errors.
    digest : str or None
        Its SHA-256; None if it is not there.

    Raises
    ------
    SourceError
        If it is not there, not listed, or changed since.
    """
    listed = received.loc[received["source"] == source, "sha256"].tolist()
    if digest is None or listed != [digest]:
        raise errors.SourceError(
            "A raw file is not the one that was received.",
            where=str(path),
            expected=f"sha256 {', '.join(listed) or 'of a line in data/raw/received.csv'}",
            got=f"sha256 {digest}" if digest else "no such file",
            todo="Files in data/raw are never edited by hand: run "
            "`dvc repro --force sources`, which puts the received bytes back.",
        )
