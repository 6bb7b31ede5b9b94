"""The page `docs/validity.md`, written from figures."""

from __future__ import annotations

import validity_summary as summary
import validity_tables
from validity_tables import table
from validity_words import Figures, conclusions
from validity_worlds import ABOUT

HEAD = """# Validity: do the estimators find what is there?

Written by `make validity`; do not edit. All data are SYNTHETIC: a country whose true effects are
known (`truth.yaml`), redrawn many times, so that estimates and verdicts can be compared with the
truth. Nothing here says anything about real places.
"""
METHOD = """## How it was done

Seed {seed}; {draws} redraws of each world. Places, homes and people of the default `province` stay
as they are ({areas} buurten in {municipalities} municipalities enter the fits); outcomes are drawn
anew, and so is `affluence`, which outcomes depend on and nobody sees. Each redraw goes through
what the pipeline does: figures rounded and kept secret as published, `nplvanalysis.measures`, the
rules of the sample, the deciding rows of `data/claims.yaml` with their gates, the verdict rules
with Holm's correction. Three things are shorter: no files are written and read; all years stand on
the last division from the start, so nothing is lost to changed borders; and Holm's correction is
over the rows of a family that are tried in the same world, which are fewer than the register has:
with all of them a claim would be supported less often, never more. What each estimator
*should* find (target) is its own regression on the same figures without noise, rounding or secrecy;
where an effect bends or differs between places, that is a line through the whole truth. Where
nothing has an effect, the target is nothing.

A share over {draws} draws that is near 95 % has a Monte Carlo error of {mc:.1f} points
(one standard error): a figure within twice that of its target may differ from it by chance.

Deciding rows: {rows}.
"""
OTHERS = """Rows that other models decide, tried as the register has them, and some that decide
nothing (*count*, *change*). *Largest of all* is the error, and the interval, that verdicts rest on;
the other lines are the kinds of error that it is the largest of. A placebo should find nothing:
what came later on what came before, or a programme before its start. Of *excess* and *agreement*,
of which each estimate takes a thousand draws of its own, the gates are left out but for the
weighting: they can only make *mixed* of *supported*.
"""
NOT_TRIED = """Hypotheses without a row that decides in the synthetic study have nothing to try.
Rows that decide nothing are tried by their estimator only where a table above names it. Of rows
that decide:
"""


def page(figures: Figures) -> str:
    """Write the page.

    Parameters
    ----------
    figures : Figures

    Returns
    -------
    str
        Markdown; the same figures give the same text.
    """
    listed = "\n".join(f"- {one}" for one in conclusions(figures))
    parts = [
        HEAD,
        f"## In plain words\n\n{listed}\n",
        "## Targets\n\n" + validity_tables.targets(figures),
        _method(figures),
        "## Which estimator, and where\n\n" + validity_tables.judgements(figures),
        "## Bias\n\n" + validity_tables.bias(figures),
        "## Coverage, rejection and the size of the errors\n\n" + validity_tables.worlds(figures),
        "## Other rows of the register\n\n" + OTHERS + "\n" + validity_tables.answers(figures),
        "## Verdicts\n\n" + validity_tables.verdicts(figures),
        "## Traps\n\n" + validity_tables.traps(figures),
        "## Spatial error models\n\n" + validity_tables.lattice(figures),
        _untested(figures),
        _limits(figures),
    ]
    return "\n".join(parts)


def _method(figures: Figures) -> str:
    rows = "; ".join(f"{name} {words}" for name, words in figures.rows.items())
    text = METHOD.format(
        seed=figures.seed,
        draws=figures.draws,
        areas=figures.areas,
        municipalities=figures.municipalities,
        mc=100 * summary.shares_error(0.95, figures.draws),
        rows=rows,
    )
    worlds = [[world.title, ABOUT[name]] for name, world in figures.worlds.items()]
    return text + "\n" + table(worlds, ["world", "what is true there"])


def _untested(figures: Figures) -> str:
    lines = [f"- {name}: {why}." for name, why in figures.untested.items()]
    return f"## What was not tried\n\n{NOT_TRIED}\n" + "\n".join(lines) + "\n"


def _limits(figures: Figures) -> str:
    return (
        "## What this does not show\n\n"
        "- The synthetic noise has the forms written in `truth.yaml`; real noise may have others. "
        "Nothing here protects against a confounder that varies within municipalities.\n"
        "- One map, one stock of homes: other seeds give other provinces, whose figures differ.\n"
        f"- The worlds are few ({len(figures.worlds)}), and errors shared over longer distances "
        "than the ones tried would be worse.\n"
        "- Distances are published with one decimal. In one place the distance to a school changes "
        "by little more than that rounding does. The variance of rounding is taken out of slopes "
        "on changes of distance (E1), which takes errors of rounding in different years as "
        "independent: so they are here, where distances move a little every year.\n"
        "- The size of the smallest relevant effect is a judgement; the shares of verdicts "
        "depend on it.\n"
    )
