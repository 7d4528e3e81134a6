"""What a file from the network is called."""

import pytest

from assets.services.remotenames import name_of, with_extension


@pytest.mark.parametrize(
    ("disposition", "path", "name"),
    [
        ("", "/films/the%20sea.mp4", "the sea.mp4"),
        ("", "/films/%D8%A8%D8%AD%D8%B1.mp4", "بحر.mp4"),
        ("", "/films/", "films"),
        ("", "/", "films.example"),
        ("", "/..%2f..%2fetc%2fpasswd", "passwd"),
        ("attachment", "/a.mp4", "a.mp4"),
        ("attachment; filename=plain.mp4", "/x", "plain.mp4"),
        ('attachment; filename="with \\"marks\\".mp4"', "/x", "with _marks_.mp4"),
        ("inline; filename=\"fall.mp4\"; filename*=UTF-8''%E2%82%AC.mp4", "/x", "€.mp4"),
        ("attachment; filename*=iso-8859-1'en'%A3.mp4; filename=fall.mp4", "/x", "£.mp4"),
        ("attachment; filename*=nonsense''%A3.mp4; filename=fall.mp4", "/x", "fall.mp4"),
        ("attachment; filename*=UTF-8''%FF.mp4; filename=fall.mp4", "/x", "fall.mp4"),
        ('attachment; filename="' + "بحر.mp4".encode().decode("latin-1") + '"', "/x", "بحر.mp4"),
        ('attachment; filename="caf\xe9.mp4"', "/x", "café.mp4"),
        ('attachment; filename="../../etc/passwd"', "/x", "passwd"),
        ('attachment; filename="..\\\\..\\\\boot.ini"', "/x", "boot.ini"),
        ('attachment; filename=""', "/a.mp4", "a.mp4"),
        ('attachment; filename="gpj.\u202e4pm"', "/x", "gpj.4pm"),
    ],
)
def test_the_name(disposition: str, path: str, name: str) -> None:
    assert name_of(disposition=disposition, url=f"https://films.example:8443{path}") == name


def test_a_name_without_an_end_gets_that_of_its_type() -> None:
    assert with_extension("download", "video/mp4") == "download.mp4"
    assert with_extension("film.final", "video/mp4") == "film.final"
    assert with_extension("download", "text/plain") == "download"
