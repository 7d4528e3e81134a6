"""Static files from npm: each library's own files are served as they come, none is copied into the repository."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

_INTER = "@fontsource-variable/inter/files/inter"
_PLEX = "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic"

# served name -> path inside node_modules
NPM_FILES = {
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "vendor/bootstrap.rtl.min.css": "bootstrap/dist/css/bootstrap.rtl.min.css",
    "vendor/bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "vendor/shaka-player.ui.js": "shaka-player/dist/shaka-player.ui.js",
    "vendor/shaka-controls.css": "shaka-player/dist/controls.css",
    "vendor/wavesurfer.esm.js": "wavesurfer.js/dist/wavesurfer.esm.js",
    "vendor/uppy.min.js": "uppy/dist/uppy.min.mjs",
    "vendor/uppy.min.css": "uppy/dist/uppy.min.css",
    "vendor/uppy-ar.js": "@uppy/locales/lib/ar_SA.js",
    "vendor/uppy-keeper.js": "@uppy/golden-retriever/lib/ServiceWorker.js",
    "vendor/sha256.umd.min.js": "hash-wasm/dist/sha256.umd.min.js",
    "vendor/inter-latin.woff2": f"{_INTER}-latin-wght-normal.woff2",
    "vendor/inter-latin-ext.woff2": f"{_INTER}-latin-ext-wght-normal.woff2",
    "vendor/plex-arabic-400.woff2": f"{_PLEX}-400-normal.woff2",
    "vendor/plex-arabic-600.woff2": f"{_PLEX}-600-normal.woff2",
}


def read(served: str) -> str:
    """The text of a static file, from where it is collected or, before that, from where it comes.

    Raises `FileNotFoundError` when it is in neither.
    """
    found = finders.find(served)
    if found:
        return Path(found).read_text(encoding="utf-8")
    with staticfiles_storage.open(served) as collected:
        return str(collected.read().decode())


class NpmFinder(BaseFinder):
    """Finds the files of `NPM_FILES` under `node_modules`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.root = Path(settings.NODE_MODULES)
        self.storage = FileSystemStorage(location=self.root)

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        """The absolute path of a served name, or nothing."""
        source = NPM_FILES.get(path)
        if source is None or not (self.root / source).is_file():
            return []
        found = str(self.root / source)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """Every served file as (served name, storage that can open it)."""
        for served, source in NPM_FILES.items():
            if (self.root / source).is_file():
                yield served, _Renamed(self.root / source)


class _Renamed(FileSystemStorage):
    """A storage of one file that is served under another name."""

    def __init__(self, source: Path) -> None:
        super().__init__(location=source.parent)
        self._source = source
        self.prefix = ""

    def path(self, name: str) -> str:
        """The file itself, whatever name it is asked by."""
        return str(self._source)


class PortalStaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names for everything, so that files may be cached for ever.

    Addresses are rewritten in every style sheet and in our own ES modules (`static/js/`). Scripts of others are
    bundles that import nothing, and their source maps are not served, so nothing in them is rewritten.
    """

    manifest_strict = True
    patterns = (
        (
            "*.css",
            (
                r"""(?P<matched>url\((?P<quote>['"]{0,1})\s*(?P<url>.*?)(?P=quote)\))""",
                (r"""(?P<matched>@import\s*["']\s*(?P<url>.*?)["'])""", """@import url("%(url)s")"""),
            ),
        ),
        (
            "js/*.js",
            (
                (
                    r"""(?P<matched>import\s+(?s:(?P<imports>[\w*{}\s,$]+?))\s*from\s*['"](?P<url>[./].*?)["'])""",
                    """import %(imports)s from "%(url)s\"""",
                ),
                (r"""(?P<matched>import\s*["'](?P<url>[./].*?)["'])""", """import "%(url)s\""""),
                (r"""(?P<matched>import\(["'](?P<url>[./].*?)["']\))""", """import("%(url)s")"""),
                (
                    r"""(?P<matched>export\s+(?s:(?P<exports>[\w*{}\s,$]+?))\s*from\s*["'](?P<url>[./].*?)["'])""",
                    """export %(exports)s from "%(url)s\"""",
                ),
            ),
        ),
    )
