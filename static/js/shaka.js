/** Shaka Player, fetched when there is a video to play, and what we add to its controls. */

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
      button.setAttribute("role", "menuitem");
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
      return element;
    },
  });
}

/** Shaka Player with its controls, fetched by pages that have a video to play. */
export async function shakaFrom({ shaka, sheet }) {
  if (window.shaka) return window.shaka;
  const [rules] = await Promise.all([fetch(sheet).then((answer) => answer.text()), script(shaka)]);
  const style = document.createElement("style");
  // The sheet asks another host for a face: the page has its own. Put first, so that our own rules come after.
  style.textContent = rules.replace(/@font-face\s*\{[^}]*\}/g, "");
  document.head.prepend(style);
  return window.shaka;
}

/** Run a script of ours; settles when it has run. */
function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(`cannot load ${address}`)));
    document.head.append(element);
  });
}
