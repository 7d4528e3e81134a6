/** The thresholds of a rule: from where on somebody has to look, and from where on it is blocked at once. */

const NAMES = ["review", "block"];

/** A number as it is written in a field: hundredths of a share without the dust of floating point. */
export const shown = (value, scale) => (value === null || value === undefined ? "" : String(scale === "share" ? Number((value * 100).toPrecision(12)) : value));

/** What was written in a field as a threshold; null for nothing. */
export function meant(text, scale) {
  if (String(text).trim() === "") return null;
  const number = Number(text);
  if (!Number.isFinite(number)) return null;
  return scale === "share" ? Number((number / 100).toPrecision(12)) : number;
}

/** Let the fields of a card say and change the thresholds of a rule, {review, block}. */
export function bands(card, rule, { scale, words, changed }) {
  const part = card.querySelector('[data-part="bands"]');
  const find = (attribute, name) => part.querySelector(`[data-${attribute}="${name}"]`);
  const strip = part.querySelector("[data-strip]");
  const usual = { share: { review: 0.6, block: 0.95 }, people: { review: 1, block: 10 }, yes: { review: 1, block: 1 } }[scale];
  const last = { ...usual };
  part.querySelector("[data-bands-word]").textContent = words[scale];
  for (const unit of part.querySelectorAll("[data-unit]")) unit.textContent = words[`unit.${scale}`] ?? "";
  strip.hidden = scale !== "share";

  function draw(except) {
    for (const name of NAMES) {
      const value = rule[name];
      const isOn = value !== null && value !== undefined;
      find("on", name).checked = isOn;
      find("from", name).hidden = !isOn || scale === "yes";
      const field = find("number", name);
      if (field !== except) field.value = shown(value, scale);
      const hand = find("hand", name);
      hand.hidden = !isOn;
      if (isOn) {
        last[name] = value;
        hand.value = Math.round(value * 100);
        hand.setAttribute("aria-valuetext", `${shown(value, scale)} %`);
      }
    }
    const block = Math.min(1, rule.block ?? 1);
    const review = Math.min(rule.review ?? block, block);
    for (const [name, share] of [["pass", review], ["review", block - review], ["block", 1 - block + (rule.block === null ? 0 : 0.001)]]) {
      const piece = find("seg", name);
      piece.style.setProperty("flex-grow", String(Math.max(0, share)));
      piece.classList.toggle("thin", share < 0.15);
      piece.hidden = (name === "block" && rule.block === null) || (name === "review" && rule.review === null);
    }
  }

  function set(name, value, except) {
    rule[name] = value;
    // What is certain enough to be blocked is certain enough to be looked at.
    if (name === "review" && value !== null && rule.block !== null && rule.block < value && !except) rule.block = value;
    if (name === "block" && value !== null && rule.review !== null && rule.review > value && !except) rule.review = value;
    draw(except);
    changed();
  }

  part.addEventListener("input", ({ target }) => {
    if (target.dataset.hand) set(target.dataset.hand, Math.max(1, Number(target.value)) / 100);
    else if (target.dataset.number) set(target.dataset.number, meant(target.value, scale), target);
  });
  part.addEventListener("change", ({ target }) => {
    const name = target.dataset.on;
    if (!name) return;
    set(name, target.checked ? last[name] : null);
    if (target.checked && scale === "yes") {
      // Yes or no has one answer.
      const other = NAMES.find((one) => one !== name);
      set(other, null);
    }
  });
  part.addEventListener("focusout", ({ target }) => target.dataset.number && draw());
  draw();
}
