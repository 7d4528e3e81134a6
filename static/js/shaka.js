/** Shaka Player, fetched when there is a video to play, and what we add to its controls. */

import { Problem } from "./http.js";
import { clock } from "./words.js";

const SHOWN_MS = 500;

/** The time in what grows, as of any film; the library would count back from the end that moves. */
export function grownTime(shaka, parent, controls) {
  const element = new shaka.ui.Element(parent, controls);
  const text = document.createElement("div");
  text.className = "grown-time";
  parent.append(text);
  const show = () => {
    const { end } = controls.getPlayer().seekRange();
    text.textContent = `${clock(controls.getDisplayTime())} / ${clock(end)}`;
  };
  const timer = setInterval(show, SHOWN_MS);
  const release = element.release.bind(element);
  element.release = () => {
    clearInterval(timer);
    release();
  };
  show();
  return element;
}

/** An entry of the player's menu that does one thing; `icon` is the outline of a drawing of the library's kind. */
export function menuEntry(shaka, name, { label, icon, act }) {
  shaka.ui.OverflowMenu.registerElement(name, {
    create: (parent, controls) => {
      const element = new shaka.ui.Element(parent, controls);
      const button = document.createElement("button");
      button.type = "button";
      new shaka.ui.Icon(button, icon);
      const word = document.createElement("label");
      word.className = "shaka-overflow-button-label shaka-simple-overflow-button-label-inline";
      word.append(Object.assign(document.createElement("span"), { textContent: label }));
      button.append(word);
      parent.append(button);
      button.addEventListener("click", () => {
        controls.hideSettingsMenus();
        act();
      });
      // As the library's own entries do, it makes room for what another one opens.
      const hidden = (is) => () => button.classList.toggle("shaka-hidden", is);
      element.eventManager.listen(controls, "submenuopen", hidden(true));
      element.eventManager.listen(controls, "submenuclose", hidden(false));
      return element;
    },
  });
}

let styled = false;

/** Shaka Player with its controls, fetched by pages that have a video to play. Throws `Problem` when it cannot be had. */
export async function shakaFrom({ shaka, sheet }) {
  await Promise.all([styled || style(sheet), window.shaka || script(shaka)]);
  return window.shaka;
}

/** Take the library's sheet into the page; settles when it is there. */
async function style(address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) throw new Problem({}, 0);
  const element = document.createElement("style");
  // The sheet asks another host for a face: the page has its own. Put first, so that our own rules come after.
  element.textContent = (await answer.text()).replace(/@font-face\s*\{[^}]*\}/g, "");
  document.head.prepend(element);
  styled = true;
}

/** Run a script of ours; settles when it has run. */
function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => {
      element.remove();
      reject(new Problem({}, 0));
    });
    document.head.append(element);
  });
}
