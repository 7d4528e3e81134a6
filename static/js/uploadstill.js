/** A still of a video file, made by the browser itself where it can read the file. */

const WIDTH = 320;
const WITHIN = 6_000;

// One at a time: a hundred decoders at once would stop the page.
let last = Promise.resolve();

/** The address of a small picture of a file's first seconds, or "" where there is none to be had. */
export function stillOf({ type, data }) {
  if (!type?.startsWith("video/") || !data) return Promise.resolve("");
  last = last.then(() => draw(data));
  return last;
}

async function draw(data) {
  const source = URL.createObjectURL(data);
  const video = Object.assign(document.createElement("video"), { muted: true, preload: "auto", playsInline: true });
  const shown = (event) => new Promise((resolve, reject) => {
    video.addEventListener(event, resolve, { once: true });
    video.addEventListener("error", reject, { once: true });
    setTimeout(reject, WITHIN);
  });
  try {
    const loaded = shown("loadeddata");
    video.src = source;
    await loaded;
    const sought = shown("seeked");
    video.currentTime = Math.min(1, (video.duration || 0) / 4);
    await sought;
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: Math.round((WIDTH * video.videoHeight) / (video.videoWidth || WIDTH)) || 1 });
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.8); });
    return picture ? URL.createObjectURL(picture) : "";
  } catch {
    return "";
  } finally {
    URL.revokeObjectURL(source);
    video.removeAttribute("src");
    video.load();
  }
}
