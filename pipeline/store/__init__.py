"""Pages and snapshots in an object store (`s3://bucket/prefix`), by way of a local folder: everything between is local."""

from pipeline.store.objects import is_url
from pipeline.store.place import Place

__all__ = ["Place", "is_url"]
