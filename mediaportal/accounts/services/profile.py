"""What people change of themselves."""

from mediaportal.accounts.models import User


def update_profile(*, user: User, name: str | None = None, language: str | None = None) -> User:
    """Change a person's own name or language (a code of `LANGUAGES`); None leaves a value as it is."""
    if name is not None:
        user.name = name.strip()
    if language is not None:
        user.language = language
    user.save(update_fields=["name", "language"])
    return user
