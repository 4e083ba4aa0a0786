"""Turn a built release into one from before releases had documents."""

import json

from sqlmodel import Session, select

from evalhub.core.canonical import sha256_hex
from evalhub.db.models import Release
from evalhub.services.releasing.checking_documents import DOCUMENTS
from evalhub.services.releasing.keeping import BuiltRelease


def take_documents_out(built: BuiltRelease, session: Session) -> None:
    """Take the documents out of the folder, the manifest, the checksums and the row."""
    folder = built.folder
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"] = [one for one in manifest["files"] if one["path"] not in DOCUMENTS]
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / "manifest.json").write_text(text, "utf-8")
    for path in DOCUMENTS:
        (folder / path).unlink()
    sums = {one["path"]: one["sha256"] for one in manifest["files"]}
    sums["manifest.json"] = sha256_hex(text)
    lines = (f"{sums[path]}  {path}\n" for path in sorted(sums))
    (folder / "SHA256SUMS").write_text("".join(lines), "ascii")
    row = session.exec(select(Release)).one()
    row.manifest = text
    session.add(row)
    session.flush()
