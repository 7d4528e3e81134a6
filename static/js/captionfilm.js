/** The film or sound beside the editor, as it is now: a stage may be shown anew. Times are milliseconds. */

const media = () => document.querySelector("#stage video, #stage audio") ?? document.querySelector("#stage [data-sound]")?.media ?? null;

/** Whether there is one. */
export const here = () => media() !== null;

/** Where it stands. */
export const now = () => Math.round((media()?.currentTime ?? 0) * 1000);

/** Go to a time; a little behind it, as a cue that begins there is shown then. */
export function seek(at) {
  const film = media();
  if (film) film.currentTime = at / 1000 + 0.001;
}

/** Play, or stop playing. */
export function playOrPause() {
  const film = media();
  if (film?.paused) film.play().catch(() => {});
  else film?.pause();
}
