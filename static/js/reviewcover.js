/** What may be hard to look at is covered until somebody holds a button or a key; how long they look is counted. */

/**
 * Cover the evidence of a case. `care` is what is covered: some of "blur", "grey" and "mute"; `media` finds what plays.
 * Returns `hold` (true uncovers, false covers again), `choose` for another care, `look` (seconds since it was asked last:
 * `seconds` and `uncovered`), `pending` (the seconds that it would tell), `whole` (seconds since the beginning), `rest`
 * (whether nobody looks for a while), and `stop`.
 */
export function startCover(root, { care, media }) {
  const evidence = root.querySelector(".evidence");
  const button = root.querySelector("[data-reveal]");
  const left = new AbortController();
  const on = { signal: left.signal };
  let wish = care;
  let open = false;
  let sounded = false;
  let since = performance.now();
  let away = false;
  const isSeen = () => !away && document.visibilityState === "visible";
  let seen = isSeen();
  let all = 0;
  const told = { seconds: 0, uncovered: 0 };

  const isBare = () => open || !(wish.has("blur") || wish.has("grey"));

  /** Count the time until now to what stood until now. */
  function count() {
    const now = performance.now();
    const passed = seen ? (now - since) / 1000 : 0;
    since = now;
    told.seconds += passed;
    all += passed;
    if (isBare()) told.uncovered += passed;
  }

  function hold(wanted) {
    if (open === wanted) return;
    count();
    open = wanted;
    evidence.toggleAttribute("data-covered", !open);
    button.setAttribute("aria-pressed", String(open));
    sound();
  }

  /** Sound comes and goes with the picture, unless somebody has switched it on or off by itself. */
  function sound() {
    const film = media();
    if (!film || !wish.has("mute")) return;
    if (open && film.muted) {
      film.muted = false;
      sounded = true;
    } else if (!open && sounded) {
      film.muted = true;
      sounded = false;
    }
  }

  function choose(wanted) {
    count();
    wish = wanted;
    evidence.dataset.care = [...wish].join(" ");
    const film = media();
    if (film && !open) film.muted = wish.has("mute");
  }

  const cover = () => hold(false);
  button.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    button.setPointerCapture(event.pointerId);
    hold(true);
  }, on);
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(name, cover, on);
  button.addEventListener("contextmenu", (event) => event.preventDefault(), on);
  button.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    hold(true);
  }, on);
  button.addEventListener("keyup", (event) => (event.key === " " || event.key === "Enter") && cover(), on);
  addEventListener("blur", cover, on);
  function turned() {
    count();
    seen = isSeen();
    if (!seen) cover();
  }
  document.addEventListener("visibilitychange", turned, on);
  choose(care);

  return {
    hold,
    choose,
    look: () => {
      count();
      const found = { ...told };
      Object.assign(told, { seconds: 0, uncovered: 0 });
      return found;
    },
    pending: () => {
      count();
      return told.seconds;
    },
    rest: (wanted) => {
      away = wanted;
      turned();
    },
    whole: () => {
      count();
      return all;
    },
    stop: () => {
      cover();
      left.abort();
    },
  };
}
