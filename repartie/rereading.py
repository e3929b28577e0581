"""After a change of the model, posts are read again: their embeddings, not what was thought of them.

From the newest post to the oldest, once, a few at a time; between two turns it rests three times as long as it worked,
so that what is heard now never waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from models.away import Patience
from models.database import AWAY, Database
from models.ml.classifier import ModelMissing, Reader
from models.ml.embedding import pack
from models.ml.judge import words_of
from models.ml.manner import ANY
from models.store import embeddings
from models.verdict import Embedding

log = logging.getLogger(__name__)

AT_ONCE: Final = 32
_REST: Final = 3  # times as long as it worked
_LEAST_REST: Final = 0.2  # seconds


class Rereading:
    """Goes through the store in a thread of its own, from `start` to the oldest post or to `stop`."""

    def __init__(self, database: Database, reader: Reader, seconds: Callable[[], float] = time.monotonic) -> None:
        self.database = database
        self.reader = reader
        self.seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rereading", daemon=True)
        self._patience = Patience(log)
        self._below: int | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, within: float) -> bool:
        """Begin no turn more. True when the one under way has ended within so many seconds."""
        self._stop.set()
        self._thread.join(within)
        return not self._thread.is_alive()

    def turn(self) -> int:
        """Read a few posts; how many. 0: all is read, or the model gives no embeddings.

        Raises:
            ModelMissing: the model cannot be had.
        """
        with self.database.read() as session:
            posts = embeddings.unread(session, self.reader.encoder, self._below, AT_ONCE)
        if not posts:
            return 0
        found = self.reader.read(
            [words_of(post.title, post.text) for post in posts],
            [post.brand for post in posts],
            [post.language or ANY for post in posts],
        )
        self._below = posts[-1].post_id
        if found.embeddings is None:
            return 0
        vectors = [Embedding(self.reader.encoder, packed) for packed in pack(found.embeddings)]
        with self.database.write() as session:
            # One that was edited meanwhile has been read anew, by this model.
            read = embeddings.read_by(session, self.reader.encoder, [post.post_id for post in posts])
            fresh = zip(posts, vectors, strict=True)
            embeddings.keep(session, {post.post_id: vector for post, vector in fresh if post.post_id not in read})
        return len(posts)

    def _run(self) -> None:
        done = 0
        while not self._stop.is_set():
            began = self.seconds()
            try:
                count = self.turn()
                self._patience.back()
            except AWAY as error:
                self._stop.wait(self._patience.away(error))
                continue
            except ModelMissing as error:
                log.warning("no post is read again: %s", error)
                return
            if not count:
                break
            done += count
            self._stop.wait(max(_LEAST_REST, _REST * (self.seconds() - began)))
        if done:
            log.info("%d posts were read again by %s", done, self.reader.encoder)
