"""An S3 server on loopback, and the environment in which any tool of S3 speaks to it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any


@contextmanager
def serving() -> Iterator[str]:
    """A server that is empty: its buckets are the process's, so those of an earlier test would still be there."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only where it is installed

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        url = f"http://{host}:{port}"
        ask(url, "reset")
        yield url
    finally:
        server.stop()


def environment(server: str, home: Path) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL_S3": server,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_CACHE_HOME": str(home / "cache"),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def ask(server: str, what: str, body: bytes = b"") -> None:
    """Ask the server for something of its own: `reset` empties it, `reset-auth` with 0 lets it check credentials."""
    request = urllib.request.Request(f"{server}/moto-api/{what}", body, {"Content-Type": "text/plain"}, method="POST")  # noqa: S310 - ours
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


@cache
def client(server: str) -> Any:  # noqa: ANN401 - an S3FileSystem, of an extra
    """A client of the tests' own, one a server: most of what a short test takes is to make one."""
    import s3fs  # noqa: PLC0415 - an extra

    return s3fs.S3FileSystem(endpoint_url=server, use_listings_cache=False, skip_instance_cache=True)


class S3:
    """The objects of the server, by `bucket/key`; `pages` is the folder with the pages that stand below s3://pages/nci."""

    def __init__(self, server: str, pages: Path) -> None:
        import s3fs  # noqa: PLC0415 - an extra

        s3fs.S3FileSystem.clear_instance_cache()
        self.server, self.pages = server, pages
        self.type = s3fs.S3FileSystem
        self._store = client(server)

    def make(self, bucket: str) -> None:
        self._store.mkdir(bucket)

    def read(self, path: str) -> bytes:
        return bytes(self._store.cat_file(path))

    def write(self, path: str, data: bytes) -> None:
        self._store.pipe_file(path, data)

    def remove(self, path: str) -> None:
        self._store.rm(path)

    def age(self, hours: float) -> None:
        """Let all objects of the server (one of this process) be that much older."""
        from moto.s3.models import s3_backends  # noqa: PLC0415 - only where it is installed

        for bucket in s3_backends["123456789012"]["aws"].buckets.values():
            for key in bucket.keys.values():
                key.last_modified -= timedelta(hours=hours)

    def below(self, path: str) -> set[str]:
        return set(self._store.find(path))

    def published(self, root: str) -> dict[str, bytes]:
        """The files of the snapshot that CURRENT names."""
        there = f"{root}/{self.read(f'{root}/CURRENT').decode().strip()}"
        return {path.removeprefix(f"{there}/"): self.read(path) for path in self.below(there)}
