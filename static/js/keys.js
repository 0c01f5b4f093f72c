/** Keyboard shortcuts. The sheet that lists them is made from the same table. */

import { forgetDrafts, sendNow } from "./composer.js";
import { togglePanel } from "./panel.js";
import { toggleSidebar } from "./sidebar.js";
import { copy } from "./ui.js";
import { initDropping } from "./uploads.js";

const focusBox = () => document.getElementById("message")?.focus();

/** Whether there was something to click at. */
function click(selector) {
  const element = document.querySelector(selector);
  element?.click();
  return Boolean(element);
}

/** Keys, what they do, how. Those without a modifier are for when nobody types, and can be off. */
const SHORTCUTS = [
  ["mod+k", "Search and commands", () => openDialog("search-dialog")],
  ["mod+shift+o", "New session", () => click(".sidebar__action[href]")],
  ["mod+.", "Stop the agent", () => click("#stop")],
  ["alt+enter", "Send now, into the answer", sendNow],
  ["mod+alt+b", "Files and details", togglePanel],
  ["mod+b", "Sidebar", toggleSidebar],
  ["alt+arrowup", "Previous session", () => neighbour(-1)],
  ["alt+arrowdown", "Next session", () => neighbour(1)],
  ["f2", "Rename the session", () => click(".session__rename")],
  ["/", "Go to the message box", focusBox],
  ["?", "This sheet", () => openDialog("shortcuts-dialog")],
  ["j", "Next turn", () => turn(1)],
  ["k", "Previous turn", () => turn(-1)],
  ["c", "Copy the turn", copyTurn],
  ["end", "Jump to the latest and follow", () => click("#jump")],
  ["arrowleft", "Previous image", () => click("[data-image=previous]")],
  ["arrowright", "Next image", () => click("[data-image=next]")],
];

const ARROWS = { arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→" };

/** What was pressed, as the table writes it. With signs, Shift only says how they are typed. */
function comboOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const shifts = shiftKey && /[a-z]/i.test(key);
  const parts = [(ctrlKey || metaKey) && "mod", altKey && "alt", shifts && "shift"];
  return [...parts.filter(Boolean), key.toLowerCase()].join("+");
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const { target, key } = event;
  if (key === "Escape") {
    document.getElementById("toasts").replaceChildren();
    if (target.closest?.("#panel")) return togglePanel();
    return target.id === "message" && turn(0);
  }
  const combo = comboOf(event);
  const run = SHORTCUTS.find(([keys]) => keys === combo)?.[2];
  const isTyping = target.matches?.("input, textarea, select, [contenteditable^=p]");
  const isOff = isTyping || document.documentElement.dataset.singleKeys === "off";
  if (!run || (isOff && !/\+|^f2/.test(combo))) return;
  if (run() !== false) event.preventDefault();
}

function neighbour(step) {
  const links = [...document.querySelectorAll(".session-row__link")];
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  links[at + step]?.click();
}

function turn(step) {
  const turns = [...document.querySelectorAll(".event--input-message, .event--agent-output")];
  const at = turns.indexOf(document.activeElement.closest?.(".event"));
  const next = at < 0 || !step ? turns.at(-1) : turns[at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return Boolean(next);
}

function copyTurn() {
  const text = document.activeElement.closest?.(".event")?.querySelector(".event__text, .bubble");
  if (text) copy(text.textContent);
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog) return false;
  if (id === "shortcuts-dialog") fillSheet(dialog);
  dialog.showModal();
  dialog.querySelector("input")?.select();
}

function fillSheet(dialog) {
  const signs = { mod: /^Mac/.test(navigator.platform) ? "⌘" : "Ctrl", ...ARROWS };
  const nameOf = (key) => signs[key] ?? key[0].toUpperCase() + key.slice(1);
  const rows = SHORTCUTS.map(([keys, what]) => {
    const names = keys.split("+").map(nameOf).join(" ");
    return `<div class="facts__row"><dt>${what}</dt><dd><kbd>${names}</kbd></dd></div>`;
  });
  dialog.querySelector("[data-shortcuts]").innerHTML = rows.join("");
}

const ACTIONS = {
  "open-search": () => openDialog("search-dialog"),
  "open-shortcuts": () => openDialog("shortcuts-dialog"),
  print: () => print(),
  "sign-out": forgetDrafts,
};

export function initKeys() {
  initDropping();
  document.addEventListener("keydown", onKey);
  document.addEventListener("submit", ({ target }) => {
    if (target.role === "search") click("#search-results .result");
  });
  document.addEventListener("click", ({ target }) => {
    ACTIONS[target.closest("[data-action]")?.dataset.action]?.();
    // A click beside a dialog closes it, as does following what it found.
    if (target.matches("dialog, dialog a, dialog a *")) target.closest("dialog").close();
  });
}
