"""Languages in which people work."""

from sqlmodel import Field, SQLModel

from evalhub.db.models import base  # noqa: F401 - sets the naming convention first


class PersonLanguage(SQLModel, table=True):
    """One language of one person, as its primary tag, such as ``sw``.

    It says what somebody reads as a professional; what their pages are written in is another
    column, of the person.
    """

    __tablename__ = "person_language"

    person_id: int = Field(primary_key=True, foreign_key="person.id", ondelete="RESTRICT")
    language: str = Field(primary_key=True, max_length=3, index=True)
