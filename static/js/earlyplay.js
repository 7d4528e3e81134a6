/** Whoever presses play while a film is still being loaded: the loading forgets it, so it is remembered here. */

/** Listen from now on; the function that it returns ends that, and plays what somebody has wanted to play meanwhile. */
export function earlyPlay(video) {
  let wished = !video.paused;
  const listening = new AbortController();
  video.addEventListener("play", () => { wished = true; }, listening);
  video.addEventListener("pause", () => { wished = false; }, listening);
  return () => {
    listening.abort();
    if (wished && video.paused) video.play().catch(() => {});
  };
}
