"""Everything that ffmpeg does for the portal: plain Python, paths and frozen values in, the same out.

`probe` looks, `ladder` plans, `transcode` encodes all rungs with one decode, `mux` joins each rung with the
sound, `audio` makes the rendition and waveform of a sound, `stills` the poster and thumbnails. `chunks` encodes
a piece of a long video, `join` puts the pieces together. Every program runs in `mediaportal.core.sandbox`. Errors
are those of `processing.exceptions` (the medium is to blame) and of the sandbox (stopped, out of time, not
installed).
"""
