"""A local S3 server for the tests of stores, and a fresh bucket for each."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.invented_pages import drug_page
from tests.store.s3_server import S3, ask, environment, serving

#: What a user's own environment must not bring into a test.
_LEFT_OUT = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    missing = [name for name in ("moto", "s3fs") if importlib.util.find_spec(name) is None]
    if missing:
        reason = f"the S3 server of the tests needs {', '.join(missing)} (the extra s3 and the dev group)"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI requires it")
        pytest.skip(reason)
    import botocore.session  # noqa: PLC0415 - as above

    # Each client read Amazon's description of its service anew: half of what it takes to make one.
    with serving() as url, pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield url


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[S3]:
    """The S3 server through the environment that every tool of S3 takes, with three pages (one cannot be read)."""
    for name in _LEFT_OUT:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment(s3_server, tmp_path).items():
        monkeypatch.setenv(name, value)
    ask(s3_server, "reset")
    folder = tmp_path / "pages"
    (folder / "more").mkdir(parents=True)
    (folder / "zorvatinib.md").write_text(drug_page("Zorvatinib"), encoding="utf-8")
    (folder / "more" / "quellimab.md").write_text(drug_page("Quellimab"), encoding="utf-8")
    (folder / "broken.md").write_text("---\ntitle: [\n---\n# Broken\n", encoding="utf-8")
    store = S3(s3_server, folder)
    store.make("pages")
    for file in folder.rglob("*.md"):
        store.write(f"pages/nci/{file.relative_to(folder).as_posix()}", file.read_bytes())
    yield store
    store.type.clear_instance_cache()
