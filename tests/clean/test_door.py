"""The door of the layer: from files received to files cleaned, or an error and nothing written."""

import io
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

from nplvanalysis import errors, registers, store
from nplvanalysis.clean.__main__ import main

REPOSITORY = Path(__file__).resolve().parents[2]
HTML = b"<!DOCTYPE html>\n<html><body><p>Page not found, sorry</p></body></html>\n"
FILES = {
    "kwb": "kwb-2018.xlsx",
    "leefbaarometer": "Leefbaarometer-scores wijken 2002-2022.csv",
    "boundaries": "WijkBuurtkaart_2020_v1.zip",
    "kwb_rda": "NLD_dist.rda",
}


@pytest.fixture
def contents(workbook, scores, layer, r_table, tmp_path) -> dict[str, bytes]:
    """Bytes of one small file per dataset, as its publisher would send them."""
    import rdata

    book = io.BytesIO()
    workbook.to_excel(book, index=False)
    layer.to_file(tmp_path / "map.gpkg", layer="buurten")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.write(tmp_path / "map.gpkg", "WijkBuurtkaart_2020_v1/wijkenbuurten_2020_v1.gpkg")
    texts = dict.fromkeys(["code", "name", "province"], "object")
    plain = r_table.drop(columns="geometry").reset_index(drop=True).astype(texts)
    rdata.write_rda(tmp_path / "table.rda", {"NLD_dist": plain})
    return {
        "kwb": book.getvalue(),
        "leefbaarometer": scores.to_csv(index=False).encode(),
        "boundaries": archive.getvalue(),
        "kwb_rda": (tmp_path / "table.rda").read_bytes(),
    }


@pytest.fixture
def repository(contents, entry, tmp_path, monkeypatch):
    """Make a repository that has received some files, and stand in it."""

    def make(**received: bytes) -> Path:
        folder = tmp_path / "repository"
        shutil.copytree(REPOSITORY / "data", folder / "data", ignore=_folders)
        (folder / "dvc.yaml").write_text("stages: {}\n")
        study = yaml.safe_load((REPOSITORY / "studies" / "sample.yaml").read_text())
        (folder / "params.yaml").write_text(yaml.safe_dump(study | {"sources": list(received)}))
        catalogue, lines = {}, []
        for dataset, content in received.items():
            catalogue[dataset] = _entry(entry, dataset)
            path = folder / "data" / "raw" / dataset / FILES[dataset]
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
            lines.append([dataset, path.name, len(content), store.sha256(path), ""])
        (folder / "data" / "sources.yaml").write_text(yaml.safe_dump(catalogue))
        columns = ["source", "file", "bytes", "sha256", "stamp"]
        pd.DataFrame(lines, columns=columns).to_csv(folder / "data/raw/received.csv", index=False)
        monkeypatch.chdir(folder)
        return folder

    return make


def _folders(folder, names):
    return [name for name in names if (Path(folder) / name).is_dir()]


def _entry(entry, dataset) -> dict:
    level = {"kwb": "buurt", "boundaries": "buurt"}.get(dataset, "wijk")
    year = {"kwb": 2018, "boundaries": 2020}.get(dataset, 2022)
    source: registers.Source = entry(dataset, level, year, file=f"2018/{FILES[dataset]}")
    return source.model_dump()


def test_every_source_is_cleaned_into_its_own_file(repository, contents):
    good = {name: contents[name] for name in ["kwb", "leefbaarometer", "boundaries"]}
    folder = repository(**good)
    main()
    assert sorted(path.name for path in (folder / "data" / "clean").iterdir()) == [
        "boundaries.areas.parquet",
        "boundaries.parquet",
        "kwb.parquet",
        "leefbaarometer.parquet",
    ]
    assert len(store.read_table(folder / "data/clean/kwb.parquet")) == 3
    assert store.read_areas(folder / "data/clean/boundaries.areas.parquet").crs.to_epsg() == 28992


def test_a_raw_file_edited_by_hand_is_refused(repository, contents):
    folder = repository(leefbaarometer=contents["leefbaarometer"])
    path = folder / "data" / "raw" / "leefbaarometer" / FILES["leefbaarometer"]
    path.write_bytes(contents["leefbaarometer"].replace(b"Centrum", b"centrum"))
    with pytest.raises(errors.SourceError, match="not the one that was received"):
        main()
    assert not (folder / "data" / "clean").exists()


def test_a_raw_file_that_is_gone_is_refused(repository, contents):
    folder = repository(leefbaarometer=contents["leefbaarometer"])
    (folder / "data" / "raw" / "leefbaarometer" / FILES["leefbaarometer"]).unlink()
    with pytest.raises(errors.SourceError, match="no such file"):
        main()


def _spoilt(content: bytes, spoil: str, cut: int) -> bytes:
    return {"truncated": content[:cut], "empty": b"", "html": HTML}[spoil]


@pytest.mark.parametrize("dataset", ["kwb", "kwb_rda", "boundaries"])
@pytest.mark.parametrize("spoil", ["truncated", "empty", "html"])
def test_a_spoilt_binary_file_is_refused_and_nothing_is_written(
    repository, contents, dataset, spoil
):
    content = contents[dataset]
    spoilt = _spoilt(content, spoil, len(content) // 2)
    folder = repository(leefbaarometer=contents["leefbaarometer"], **{dataset: spoilt})
    with pytest.raises(errors.FormatError, match=f"cannot be read.\n.*{FILES[dataset]}"):
        main()
    assert not (folder / "data" / "clean").exists()


@pytest.mark.parametrize("spoil", ["truncated", "empty", "html"])
def test_a_spoilt_csv_is_refused_and_nothing_is_written(repository, contents, spoil):
    spoilt = _spoilt(contents["leefbaarometer"], spoil, -20)
    folder = repository(kwb=contents["kwb"], leefbaarometer=spoilt)
    with pytest.raises((errors.FormatError, errors.DataError), match=FILES["leefbaarometer"]):
        main()
    assert not (folder / "data" / "clean").exists()
