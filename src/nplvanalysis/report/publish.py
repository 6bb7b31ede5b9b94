"""`make publish`: put the study that ran, with its provenance, in docs/findings/."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd

from nplvanalysis import errors, params, store
from nplvanalysis.report import charts, comparison, edition, readme, rule_chart
from nplvanalysis.report.results import at_verdict_level, with_gates

FINDINGS = Path("docs/findings")
VERDICTS = "docs/verdicts.csv"
# What a run or a publication itself changes; any other change means the commit is not the code.
OF_A_RUN = ("params.yaml", "dvc.lock", "reports/metrics.json", "docs/", "README.md")
PAGES = ("findings.nl.html", "findings.en.html")
COMMIT = "<!-- commit -->"


def ask(*command: str) -> str:
    """Run a command of the environment and give what it prints.

    Raises
    ------
    StoreError
        With what it said, if it fails.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise errors.StoreError(
            "A command failed.",
            where=" ".join(command),
            expected="exit code 0",
            got=f"{done.returncode}: {done.stderr.strip()[-500:]}",
            todo="Run it by hand to see why.",
        )
    return done.stdout


def committed_code(status: str) -> None:
    """Refuse to publish a run of code that no commit holds.

    Parameters
    ----------
    status : str
        Output of `git status --porcelain`.

    Raises
    ------
    StoreError
        If a file outside those that a run writes was changed or added.
    """
    changed = [line for line in status.splitlines() if not line[3:].startswith(OF_A_RUN)]
    if changed:
        raise errors.StoreError(
            "The run cannot be published: its code is not committed.",
            where="git status",
            expected="no changes but those of the run itself",
            got="; ".join(changed),
            todo="Commit the changes, run `make findings`, then publish.",
        )


def as_known(ran: str, known: str) -> None:
    """Refuse to publish other parameters under the name of a known study.

    Parameters
    ----------
    ran, known : str
        `params.yaml` and the file of the study.

    Raises
    ------
    StoreError
        If they differ.
    """
    if ran != known:
        raise errors.StoreError(
            "The run cannot be published: its parameters are not those of the study it names.",
            where="params.yaml",
            expected="the file of this study in studies/",
            got="other parameters",
            todo="Save them under a name of their own in studies/, commit, run and publish that.",
        )


def up_to_date(status: str) -> None:
    """Refuse to publish pages that are older than their code or data.

    Parameters
    ----------
    status : str
        Output of `dvc status --json`.

    Raises
    ------
    StoreError
        With the stages that would run.
    """
    stale = json.loads(status or "{}")
    if stale:
        raise errors.StoreError(
            "The run cannot be published: it is not up to date.",
            where="dvc status",
            expected="nothing to run",
            got=", ".join(stale),
            todo="Run `make findings` first.",
        )


def with_own_rows(published: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Replace the verdicts of one study.

    Parameters
    ----------
    published : DataFrame
        `docs/verdicts.csv`, all text.
    own : DataFrame
        Verdicts of one study.

    Returns
    -------
    DataFrame
        All text, by study and hypothesis.
    """
    text = store.rounded(own).astype(object).where(own.notna(), "").astype(str)
    others = published[~published["study"].isin(own["study"])]
    both = pd.concat([others.reindex(columns=text.columns), text], ignore_index=True)
    return both.sort_values(["study", "hypothesis"], ignore_index=True)


def stamped(page: str, commit: str) -> str:
    """Write the commit into a page, where its template left room for it."""
    return page.replace(COMMIT, f"<p>git commit <code>{commit}</code></p>")


def figures(estimates: pd.DataFrame, verdicts: pd.DataFrame, language: str) -> dict[str, bytes]:
    """Draw the figures that stand alone: that of each deciding row with an estimate, and five bars.

    Parameters
    ----------
    estimates : DataFrame
    verdicts : DataFrame
        hypothesis, rule: each figure shows what its verdict is read against.
    language : str

    Returns
    -------
    dict of str to bytes
        File names and PNG; none of a list of areas.
    """
    here, drawn = edition.load(language), {}
    rules = verdicts.set_index("hypothesis")["rule"]
    own = estimates[
        estimates["role"].isin(["primary", "instrument"]) & estimates["status"].eq("ok")
    ]
    for name, rows in own.groupby("hypothesis"):
        chart = rule_chart.figure(with_gates(estimates, rows.iloc[0]), rules[name], here)
        if chart is not None:
            drawn[f"{name}.{language}.png"] = chart.png()
    parts = estimates[(estimates["role"] == "decomposition") & (estimates["status"] == "ok")]
    if len(parts):
        drawn[f"five-bars.{language}.png"] = charts.five_bars(parts, here).png()
    return drawn


def publish() -> str:
    """Write pages, figures, estimates, lock and provenance of the study that ran.

    Returns
    -------
    str
        What was done.

    Raises
    ------
    StoreError
        If the run is not up to date or its code not committed.
    """
    study = params.load()
    as_known(store.read_text("params.yaml"), store.read_text(f"studies/{study.study}.yaml"))
    committed_code(ask("git", "status", "--porcelain"))
    up_to_date(ask("dvc", "status", "--json"))
    commit = ask("git", "rev-parse", "HEAD").strip()
    folder = FINDINGS / study.study
    own = store.read_table("data/estimates/verdicts.parquet")
    estimates = at_verdict_level(store.read_table("data/estimates/estimates.parquet"), own)
    shutil.rmtree(folder, ignore_errors=True)
    for page in PAGES:
        store.write_text(stamped(store.read_text(f"reports/{page}"), commit), folder / page)
    for language in ("nl", "en"):
        for name, png in figures(estimates, own, language).items():
            store.write_bytes(png, folder / "figures" / name)
    for source, name in {
        "reports/estimates.csv": "estimates.csv",
        "data/raw/received.csv": "received.csv",
        "dvc.lock": "dvc.lock",
        "params.yaml": "params.yaml",
    }.items():
        store.write_text(store.read_text(source), folder / name)
    record = store.read_table("data/estimates/provenance.parquet").to_dict("records")
    content = json.dumps({"commit": commit, "record": record}, indent=2) + "\n"
    store.write_text(content, folder / "provenance.json")
    if not study.synthetic:
        every = with_own_rows(store.read_csv(VERDICTS), own)
        store.write_table(every, VERDICTS)
        for language in ("nl", "en"):
            compared = comparison.page(every, language)
            store.write_text(compared, FINDINGS / f"verdicts.{language}.html")
    if study.study == readme.STUDY:
        text = readme.findings(own, edition.load("en"))
        store.write_text(readme.renewed(store.read_text("README.md"), text), "README.md")
    return f"Published {study.study} in {folder}: commit it."
