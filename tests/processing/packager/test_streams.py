"""What is packaged, under which names."""

from pathlib import Path

from processing.packager.streams import Stream, TextTrack, default_language, streams_of

LINK = Path("/scratch/0.mp4")


def test_pictures_have_a_playlist_of_their_key_frames() -> None:
    (fields,) = Stream(Path("/a.mp4"), "video", "video_720p", side=720).fields(LINK, hls=True, several=True)
    assert fields["iframe_playlist_name"] == "video_720p/iframes.m3u8"
    (fields,) = Stream(Path("/a.mp4"), "video", "video_720p", side=720).fields(LINK, hls=False, several=True)
    assert not {"iframe_playlist_name", "playlist_name"} & set(fields)


def test_text_is_written_for_hls_and_for_dash() -> None:
    track = TextTrack(Path("/a.vtt"), "ar", "العربية", "captions", is_default=True)
    (stream,) = streams_of((), (), [track])
    dash, hls = stream.fields(Path("/scratch/0.vtt"), hls=True, several=False)
    assert (dash["segment_template"], dash["dash_only"], dash["dash_roles"]) == (
        "text_ar/$Number$.m4s",
        "1",
        "caption",
    )
    assert (hls["segment_template"], hls["hls_only"], hls["hls_name"]) == (
        "text_ar/$Number$.vtt",
        "1",
        "العربية",
    )
    assert "public.accessibility" in hls["hls_characteristics"]
    assert [one["dash_only"] for one in stream.fields(LINK, hls=False, several=False)] == ["1"]


def test_texts_of_one_language_stay_apart() -> None:
    tracks = [TextTrack(Path("/a.vtt"), "en", label) for label in ("", 'Hard, "of"=hearing', "")]
    assert [(one.name, one.label) for one in streams_of((), (), tracks)] == [
        ("text_en", "en"),
        ("text_en_2", "Hard of hearing"),
        ("text_en_3", "en 2"),
    ]


def test_a_text_is_on_by_itself_only_when_it_says_so() -> None:
    off, on = TextTrack(Path("/a.vtt"), "en"), TextTrack(Path("/b.vtt"), "ar", is_default=True)
    assert default_language([off], first=False) == ""
    assert default_language([off, on], first=False) == "ar"
