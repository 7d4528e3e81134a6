"""Whatever order chunks come in, however they are cut, changed or repeated: the server says what a model says, and the
file that arrives is the one that was sent.
"""

import hashlib
import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assets.models import Asset
from assets.services import uploads
from assets.services.tus import hashes
from tests.factories import UserFactory
from tests.tus import PICTURE, ask, begun, checksum, code, create, head, patch, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_cache"),
]
CONTENT = PICTURE + os.urandom(12_000)
SIZES = st.integers(0, len(CONTENT) // 2)


class Client(RuleBasedStateMachine):
    """A client that does everything wrong, and a model of what the server must say to it."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = 0
        self.over = False
        self.announced = True

    @property
    def done(self) -> bool:
        """Whether everything has arrived and its length is known."""
        return self.offset == len(CONTENT) and self.announced

    @initialize(announced=st.booleans())
    def begin(self, announced: bool) -> None:
        """One upload, of known or unknown length."""
        user = UserFactory()
        self.announced = announced
        self.url = begun(user, CONTENT) if announced else create(user, None).headers["location"]

    @rule(size=SIZES, piece=st.sampled_from([13, 997, 65_536]), cut=st.booleans())
    def send_what_follows(self, size: int, piece: int, cut: bool) -> None:
        """The next bytes; with a cut the connection breaks after them, though more were promised."""
        data = CONTENT[self.offset : self.offset + size]
        promised = {"Content-Length": len(CONTENT) - self.offset} if cut else {}
        answer = patch(self.url, data, self.offset, promised, size=piece, disconnect=cut)
        if self.over:
            assert answer.status == 410
            return
        self.offset += len(data)
        assert (answer.status, answer.headers["upload-offset"]) == (204, str(self.offset))

    @rule(shift=st.integers(-len(CONTENT), len(CONTENT)).filter(bool), size=SIZES)
    def send_what_does_not_follow(self, shift: int, size: int) -> None:
        """Bytes from elsewhere: repeated, or skipping some."""
        at = self.offset + shift
        if at < 0:
            return
        answer = patch(self.url, CONTENT[at : at + size], at)
        assert code(answer) == ((410, "upload_gone") if self.over else (409, "offset_mismatch"))

    @precondition(lambda self: not self.over and self.offset < len(CONTENT))
    @rule(size=st.integers(1, 5000), right=st.booleans(), cut=st.booleans())
    def send_with_checksum(self, size: int, right: bool, cut: bool) -> None:
        """Bytes with a checksum, right or wrong, whole or cut."""
        data = CONTENT[self.offset : self.offset + size]
        sums = checksum(data if right else data + b"x")
        answer = patch(self.url, data, self.offset, sums, disconnect=cut)
        if right and not cut:
            self.offset += len(data)
            assert answer.headers["upload-offset"] == str(self.offset)
        elif not cut:
            assert code(answer) == (460, "checksum_mismatch")

    @precondition(lambda self: not self.over and not self.announced)
    @rule()
    def tell_the_length(self) -> None:
        """The length of an upload that was begun without one."""
        answer = patch(self.url, b"", self.offset, {"Upload-Length": len(CONTENT)})
        assert answer.status == 204
        self.announced = True

    @precondition(lambda self: not self.over and not self.done)
    @rule(junk=st.binary(max_size=50))
    def the_process_is_replaced(self, junk: bytes) -> None:
        """It forgets its hashes, and leaves bytes behind that it never acknowledged."""
        hashes.forget(row(self.url).pk)
        if self.offset:
            with uploads.part_path(row(self.url).pk).open("ab") as file:
                file.write(junk)

    @precondition(lambda self: not self.done)
    @rule()
    def end(self) -> None:
        """The client does not want it any more."""
        assert ask("DELETE", self.url).status == (410 if self.over else 204)
        self.over = True

    @invariant()
    def the_server_knows(self) -> None:
        """HEAD says what the model says; a whole file has become an asset with the right bytes."""
        answer = head(self.url)
        if self.over:
            assert answer.status == 410
            return
        assert answer.headers["upload-offset"] == str(self.offset)
        assert ("x-asset-id" in answer.headers) == self.done
        if self.done:
            asset = Asset.objects.get(pk=answer.headers["x-asset-id"])
            assert asset.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_any_order_of_chunks() -> None:
    chosen = settings(
        max_examples=10,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Client, settings=chosen)
