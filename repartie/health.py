"""Does a process listen? `python -m repartie.health` ends with 0 if so; light enough to be asked every minute.

It asks the store: whoever listens renews its lease every ten seconds. A process that hangs does not.
"""

import sys
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from config.credentials import Credentials
from models.database import Database
from models.store.leases import held


def beating(address: str) -> bool:
    """Whether somebody has the schedule of the store at `address` and renewed it in time."""
    database = Database(address)
    try:
        with database.read() as session:
            return bool(held(session, datetime.now(UTC)))
    except SQLAlchemyError as error:  # away, or without tables yet
        print(type(error).__name__, file=sys.stderr)  # noqa: T201 - what `docker inspect` shows; no address, no password
        return False
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(0 if beating(Credentials.read().database) else 1)
