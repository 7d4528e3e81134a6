"""The playlists of a growing set say what is there, and that a player begins at the start."""

from processing.packager.hls import Pictures, Segment, Sound, master_playlist, media_playlist

SEGMENTS = [Segment("1.m4s", 4.0, 10), Segment("2.m4s", 3.96, 10)]


def test_a_growing_playlist_is_an_event_from_its_start() -> None:
    lines = media_playlist(SEGMENTS, longest=4, ended=False).splitlines()
    assert lines[0] == "#EXTM3U"
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in lines and "#EXT-X-INDEPENDENT-SEGMENTS" in lines
    assert "#EXT-X-START:TIME-OFFSET=0" in lines and '#EXT-X-MAP:URI="init.mp4"' in lines
    assert "#EXT-X-TARGETDURATION:4" in lines
    assert lines[-4:] == ["#EXTINF:4.000000,", "1.m4s", "#EXTINF:3.960000,", "2.m4s"]


def test_what_has_ended_only_gets_a_last_line() -> None:
    growing = media_playlist(SEGMENTS, longest=4, ended=False)
    assert media_playlist(SEGMENTS, longest=4, ended=True) == f"{growing}#EXT-X-ENDLIST\n"


def test_the_target_is_told_before_a_segment_is_as_long() -> None:
    """It must not change while players look at the playlist again and again."""
    assert "#EXT-X-TARGETDURATION:20\n" in media_playlist(SEGMENTS, longest=20, ended=False)
    assert "#EXT-X-TARGETDURATION:10\n" in media_playlist([Segment("1.m4s", 9.6, 1)], longest=4, ended=False)


def test_the_master_names_size_rate_codecs_and_sounds() -> None:
    pictures = Pictures("video_360p", 640, 360, 878_000, "avc1.64001e,mp4a.40.2")
    sounds = [Sound("audio_en", "en", "en", True), Sound("audio_und", "und", "und", False)]
    text = master_playlist(pictures, sounds)
    assert (
        '#EXT-X-STREAM-INF:BANDWIDTH=878000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2",AUDIO="audio"\n'
        "video_360p/playlist.m3u8\n"
    ) in text
    assert 'NAME="en",LANGUAGE="en",DEFAULT=YES' in text and 'NAME="und",DEFAULT=NO' in text
    silent = master_playlist(pictures, [])
    assert "EXT-X-MEDIA" not in silent and "AUDIO=" not in silent
