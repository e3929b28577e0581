"""Which Repartie this is."""

from importlib import metadata


def version() -> str:
    """The installed version; "0" in a checkout that nobody installed."""
    try:
        return metadata.version("repartie")
    except metadata.PackageNotFoundError:
        return "0"
