/** The last picture of a film over it, while another set is loaded. */

const LONGEST_MOMENT_MS = 4000;

/** A still of what is shown now, over the film; null when nothing is. */
export function lastPicture(video) {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || !video.videoWidth) return null;
  const still = document.createElement("canvas");
  still.className = "last-picture";
  still.width = video.videoWidth;
  still.height = video.videoHeight;
  still.getContext("2d").drawImage(video, 0, 0);
  video.after(still);
  return still;
}

/** Settles when the film shows a picture, or after a moment in which it has not. */
export const newPicture = (video) => new Promise((resolve) => {
  setTimeout(resolve, LONGEST_MOMENT_MS);
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
  else video.addEventListener("seeked", resolve, { once: true });
});
