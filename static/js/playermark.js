/** A watermark over the pictures: a name and the time at a place that changes, or an image. It is only there to be seen. */

const MOVES_MS = 20_000;
/** Where a text stands, one after the other: away from the middle, and never where the controls or captions are. */
const PLACES = [[6, 6], [62, 10], [10, 58], [58, 50], [34, 22], [70, 34]];

/**
 * Draw what a playback document wants over a screen; returns `follow`, which takes a newer one, and `stop`. `stays`: the
 * film may not be shown in a window of its own, whether it is marked or not.
 */
export function watermarkOver(screen, video, { stays = false } = {}) {
  let mark = null;
  let timer = 0;
  let at = 0;

  function move() {
    if (!mark) return;
    // Taken away by hand, it comes back.
    if (!mark.isConnected) video.after(mark);
    at = (at + 1) % PLACES.length;
    mark.style.insetInlineStart = `${PLACES[at][0]}%`;
    mark.style.insetBlockStart = `${PLACES[at][1]}%`;
  }

  function draw({ kind, text, image_url: image, position, opacity }) {
    mark = document.createElement(kind === "image" ? "img" : "p");
    mark.className = "watermark";
    mark.setAttribute("aria-hidden", "true");
    mark.dataset.position = position || "moving";
    if (kind === "image") Object.assign(mark, { src: image, alt: "", draggable: false });
    else write(text);
    mark.style.opacity = String(opacity ?? 0.4);
    video.after(mark);
    if (mark.dataset.position !== "moving") return;
    at = Math.floor(Math.random() * PLACES.length);
    move();
    timer = setInterval(move, MOVES_MS);
  }

  /** Each part in its own direction: behind an Arabic name the time would stand the wrong way round. */
  function write(text) {
    const parts = text.split(" · ").map((part) => Object.assign(document.createElement("bdi"), { textContent: part }));
    mark.replaceChildren(...parts.flatMap((part, place) => (place ? [" · ", part] : [part])));
  }

  let alone = false;
  /** A window of its own that was opened in spite of it, by an extension or a menu of the browser, is closed at once. */
  const back = () => {
    if (alone && document.pictureInPictureElement === video) document.exitPictureInPicture().catch(() => {});
    video.disablePictureInPicture = alone;
  };
  video.addEventListener("enterpictureinpicture", back);

  function clear() {
    clearInterval(timer);
    mark?.remove();
    mark = null;
  }

  function follow(wanted) {
    if (mark && wanted?.kind === "text" && mark.tagName === "P") {
      write(wanted.text);
      return;
    }
    clear();
    if (wanted) draw(wanted);
    // In a window of its own the film would be without it.
    alone = stays || Boolean(wanted);
    video.disablePictureInPicture = alone;
  }
  return {
    follow,
    stop: () => {
      clear();
      video.removeEventListener("enterpictureinpicture", back);
    },
  };
}
