/** Of buttons that lead to seconds of a film, the one that is shown now is marked. */

/** Mark among `places()` (each `second` and `button`, in the order of time); returns `mark`, for when they changed, and `stop`. */
export function markPresent(media, places) {
  function mark() {
    const all = places();
    const now = all.findLastIndex(({ second }) => second <= media.currentTime + 0.05);
    all.forEach(({ button }, index) => {
      if (index === now) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }
  media.addEventListener("timeupdate", mark);
  mark();
  return { mark, stop: () => media.removeEventListener("timeupdate", mark) };
}
