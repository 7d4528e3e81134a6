/**
 * Cards that move: the silent preview of a film is shown while the pointer rests on its card, or the focus does.
 *
 * Nothing of it is loaded before. Who asked for less motion or fewer bytes sees the still.
 */

const REST_MS = 180;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const sparing = () => still.matches || navigator.connection?.saveData === true || matchMedia("(prefers-reduced-data: reduce)").matches;

let card = null;
let timer = 0;

function show(frame) {
  const { preview, previewAvif } = frame.dataset;
  const picture = document.createElement("picture");
  const image = Object.assign(document.createElement("img"), { className: "moving", alt: "", decoding: "async" });
  // Seen when it is there: until then the still stands.
  image.addEventListener("load", () => image.classList.add("here"));
  image.addEventListener("error", (event) => {
    event.stopPropagation();
    picture.remove();
  });
  if (previewAvif) picture.append(Object.assign(document.createElement("source"), { type: "image/avif", srcset: previewAvif }));
  picture.append(image);
  image.src = preview;
  frame.append(picture);
}

function enter(next) {
  if (next === card) return;
  leave();
  const frame = next?.querySelector("[data-preview]");
  if (!frame) return;
  card = next;
  if (sparing()) return;
  timer = setTimeout(() => show(frame), REST_MS);
}

function leave() {
  clearTimeout(timer);
  card?.querySelector("picture:has(> .moving)")?.remove();
  card = null;
}

const cardOf = (target) => target.closest?.(".card-of") ?? null;
// A finger rests on nothing: it opens the card.
document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "touch") enter(cardOf(event.target));
});
document.addEventListener("pointerout", (event) => {
  if (event.pointerType !== "touch" && !event.relatedTarget) leave();
});
document.addEventListener("focusin", (event) => enter(event.target.matches?.(":focus-visible") ? cardOf(event.target) : null));
document.addEventListener("focusout", (event) => {
  if (!event.relatedTarget) leave();
});
still.addEventListener("change", leave);
