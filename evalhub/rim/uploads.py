"""Take files of prompts in and freeze them: small ones at once, large ones by a worker."""

from datetime import datetime

from evalhub.core.people import Actor
from evalhub.core.prompts.files import FileFormat, format_of
from evalhub.core.prompts.imports import AT_ONCE_BYTES, PACKED_AT_ONCE_BYTES
from evalhub.services.prompt_sets import (
    Frozen,
    SetNames,
    UploadView,
    confirm_upload,
    stage_upload,
    upload_material,
)
from evalhub.services.prompt_sets.imports import (
    ImportView,
    SentFile,
    start_freezing,
    start_import,
)
from evalhub.services.prompt_sets.reading import read_upload
from evalhub.services.prompt_sets.staging import size_of_upload
from evalhub.services.transaction import Database, Session


def take_in(
    sent: SentFile, names: SetNames, *, session: Session, actor: Actor, now: datetime
) -> UploadView | ImportView:
    """Read a file and keep its report, or let a worker do so where it is large.

    Either way the same file gives the same report and breaks the same rules. Raise ``BadInput``;
    for a large one only what its name, or the names of its set, break.
    """
    is_packed = format_of(sent.filename) is FileFormat.PARQUET
    if len(sent.content) > (PACKED_AT_ONCE_BYTES if is_packed else AT_ONCE_BYTES):
        return start_import(sent, names, session=session, actor=actor, now=now)
    file = read_upload(sent.content, filename=sent.filename, options=sent.options)
    return stage_upload(file, names, session=session, actor=actor, now=now)


def confirm(token: str, *, database: Database, actor: Actor, now: datetime) -> Frozen | ImportView:
    """Freeze the good rows of an upload, or let a worker do so where they are many.

    Two transactions, of which the second only stores, so that freezing keeps nobody from judging
    for long. Raise ``NotFound``, and ``Conflict`` when the upload was discarded or holds no good
    row.
    """
    with database.transaction(write=False) as reading:
        is_large = size_of_upload(token, session=reading) > AT_ONCE_BYTES
        material = None if is_large else upload_material(token, session=reading)
    with database.transaction() as writing:
        if material is None:
            return start_freezing(token, session=writing, actor=actor, now=now)
        return confirm_upload(token, session=writing, actor=actor, now=now, material=material)
