/** Keyboard shortcuts. The sheet that lists them is made from the same table. */

import { forgetDrafts } from "./composer.js";
import { togglePanel } from "./panel.js";
import { currentSession } from "./current.js";
import { rename, toggleSidebar } from "./sidebar.js";
import { copy } from "./ui.js";
import { initDropping } from "./uploads.js";

const click = (selector) => document.querySelector(selector)?.click();
const focusBox = () => document.getElementById("message")?.focus();

/** keys, what it does, how; `typing` works in text fields, too; `single` can be switched off. */
const SHORTCUTS = [
  ["mod+k", "Search and commands", () => openDialog("search-dialog"), { typing: true }],
  ["mod+shift+o", "New session", () => click(".sidebar__action[href]"), { typing: true }],
  ["mod+.", "Stop the agent", () => click("#stop"), { typing: true }],
  ["mod+alt+b", "Files and details", togglePanel, { typing: true }],
  ["mod+b", "Sidebar", toggleSidebar, { typing: true }],
  ["alt+arrowup", "Previous session", () => neighbour(-1), { typing: true }],
  ["alt+arrowdown", "Next session", () => neighbour(1), { typing: true }],
  ["f2", "Rename the session", renameSession, { typing: true }],
  ["/", "Go to the message box", focusBox, { single: true }],
  ["?", "This sheet", () => openDialog("shortcuts-dialog"), { single: true }],
  ["j", "Next turn", () => turn(1), { single: true }],
  ["k", "Previous turn", () => turn(-1), { single: true }],
  ["c", "Copy the turn", copyTurn, { single: true }],
  ["end", "Jump to the latest and follow", () => click("#jump"), { single: true }],
];

function matches(event, keys) {
  const parts = keys.split("+");
  const key = parts.pop();
  const needsMod = parts.includes("mod");
  const hasMod = event.ctrlKey || event.metaKey;
  if (needsMod !== hasMod || parts.includes("alt") !== event.altKey) return false;
  if (key.length > 1 || /[a-z.]/.test(key)) {
    if (parts.includes("shift") !== event.shiftKey) return false;
  }
  return event.key.toLowerCase() === key;
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const isTyping = event.target.matches?.("input, textarea, select, [contenteditable='plaintext-only']");
  if (event.key === "Escape" && isTyping && event.target.id === "message") return turn(0);
  const singles = document.documentElement.dataset.singleKeys !== "off";
  for (const [keys, , run, { typing, single } = {}] of SHORTCUTS) {
    if (!matches(event, keys) || (isTyping && !typing) || (single && !singles)) continue;
    event.preventDefault();
    run();
    return;
  }
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
}

function copyTurn() {
  const text = document.activeElement.closest?.(".event")?.querySelector(".event__text, .bubble");
  if (text) copy(text.textContent);
}

function renameSession() {
  const title = document.getElementById("session-title");
  if (title && currentSession()) rename(title, title.dataset.renameUrl);
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (id === "shortcuts-dialog") fillSheet(dialog);
  dialog?.showModal();
  dialog?.querySelector("input")?.select();
}

function fillSheet(dialog) {
  const rows = dialog?.querySelector("[data-shortcuts]");
  if (!rows || rows.childElementCount) return;
  const isMac = navigator.platform.startsWith("Mac");
  for (const [keys, what] of SHORTCUTS) {
    const row = document.createElement("div");
    row.className = "facts__row";
    const shown = keys.replace("mod", isMac ? "⌘" : "Ctrl").replace("arrowup", "↑").replace("arrowdown", "↓");
    const key = Object.assign(document.createElement("dt"), { textContent: what });
    const keyboard = Object.assign(document.createElement("kbd"), {
      textContent: shown.split("+").map((part) => part.toUpperCase().replace("CTRL", "Ctrl")).join(" "),
    });
    const value = document.createElement("dd");
    value.append(keyboard);
    row.append(key, value);
    rows.append(row);
  }
}

function editMessage(button) {
  const box = document.getElementById("message");
  box.value = button.closest(".event").querySelector(".bubble").textContent;
  box.dispatchEvent(new Event("input"));
  box.focus();
}

/** Arrows walk through what was found; Enter opens it. */
function onSearchKey(event) {
  const dialog = event.target.closest?.("#search-dialog");
  if (!dialog || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  const stops = [dialog.querySelector("input"), ...dialog.querySelectorAll("a")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length]?.focus();
}

export function initKeys() {
  initDropping();
  document.addEventListener("keydown", onSearchKey);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-action]");
    switch (button?.dataset.action) {
      case "open-search":
        return openDialog("search-dialog");
      case "open-shortcuts":
        return openDialog("shortcuts-dialog");
      case "print":
        return print();
      case "edit-message":
        return editMessage(button);
      case "sign-out":
        return forgetDrafts();
    }
    if (target.closest("dialog [data-close]") || target.matches("dialog")) {
      target.closest("dialog").close();
    } else if (target.closest("#search-dialog a")) {
      document.getElementById("search-dialog").close();
    }
  });
}
