"""The door of the layer: fill data/raw for the study that runs, or accept a new version."""

import argparse

from nplvanalysis import errors, params, registers, store
from nplvanalysis.sources import catalogue, living, origins, programme, received


def fill(places: origins.Places) -> None:
    """Receive and make the files of the study."""
    study = params.load(places.root / params.PARAMS)
    wanted = catalogue.chosen(study, registers.sources(places.root / registers.SOURCES))
    real, made = ({}, wanted) if study.synthetic else (wanted, {})
    found = received.receive(real, places, known=living.ledger(places).received)
    arrivals = living.settled(real, found, places)
    received.deliver(real, arrivals, places)
    store.write_table(programme.unlisted(), places.raw / programme.FILE)
    if made:
        from nplvanalysis.sources.sample import publish

        publish.publish(study.seed, made, places.raw)
    store.write_table(received.listed(wanted, arrivals, places), places.raw / "received.csv")
    print(f"{len(wanted)} files in {places.raw}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m nplvanalysis.sources", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["accept"])
    parser.add_argument("source", nargs="?", default="")
    arguments = parser.parse_args()
    places = origins.Places.of(params.root())
    if arguments.command is None:
        return fill(places)
    old, new = living.accept(arguments.source, places)
    return print(f"sha256 {old or 'none'} -> {new.sha256}: {new.size:,} bytes are pinned now.")


if __name__ == "__main__":
    errors.run(main)
