"""The FHIR server of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.load.fhir_stub import Stub, serving


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as running:
        yield running
