/** The list of sessions: rows that change, renaming in place, going when deleted. */

import { currentKey, post, showError, wordsOf } from "./ui.js";

const waiting = new Map();
const list = () => document.getElementById("session-list");
const rowOf = (key) => document.getElementById(`row-${key}`);

/** Fetch a row anew, at most once in a while; the list does not move under a hand. */
export function sidebarRowChanged(key) {
  if (waiting.has(key)) return;
  waiting.set(
    key,
    setTimeout(async () => {
      waiting.delete(key);
      const response = await fetch(`/s/${key}/row?current=${currentKey() ?? ""}`);
      if (response.ok) placeRow(key, await response.text());
    }, 300),
  );
}

function placeRow(key, html) {
  const old = rowOf(key);
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const row = holder.content.firstElementChild;
  if (!row) return void old?.remove();
  // Somebody is renaming it, or in its menu.
  if (old?.querySelector("[contenteditable^=p], :popover-open")) return;
  const isBusy = list().matches(":hover, :focus-within");
  const isPinned = "pinned" in row.dataset;
  if (old && (isBusy || isPinned || isFirst(old))) old.replaceWith(row);
  else if (!isPinned) moveToTop(old, row);
  globalThis.htmx.process(row);
}

const isFirst = (row) => row === todaysRows()?.firstElementChild;
const todaysRows = () => list().querySelector('[data-group="Today"] .session-group__rows');

function moveToTop(old, row) {
  old?.remove();
  const rows = todaysRows();
  if (rows) rows.prepend(row);
  else reload();
}

function reload() {
  const key = currentKey() ?? "";
  globalThis.htmx.ajax("GET", `${list().dataset.listUrl}?current=${key}`, { target: list() });
}

/** Rename in place: Enter keeps, Escape leaves it as it was. */
function rename(element, url) {
  if (element.isContentEditable) return;
  const before = element.textContent;
  element.contentEditable = "plaintext-only";
  element.focus();
  getSelection().selectAllChildren(element);
  const finish = async (isKept) => {
    element.onkeydown = element.onblur = null;
    element.contentEditable = "false";
    const name = element.textContent.trim();
    if (!isKept || !name || name === before) return void (element.textContent = before);
    element.textContent = name;
    const response = await post(url, { name });
    if (response.ok) return;
    element.textContent = before;
    showError(await wordsOf(response));
  };
  element.onblur = () => finish(true);
  element.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    finish(event.key === "Enter");
  };
}

function onDeleted({ detail: { key } }) {
  const row = rowOf(key);
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  row?.remove();
  next?.querySelector("a")?.focus();
  if (currentKey() === key) {
    globalThis.htmx.ajax("GET", "/", { target: "#main" });
    history.pushState({ htmx: true }, "", "/");
  }
}

function markCurrent() {
  const key = currentKey();
  for (const link of list()?.querySelectorAll(".session-row__link") ?? []) {
    const isCurrent = link.closest("[data-session-key]").dataset.sessionKey === key;
    if (isCurrent) link.querySelector(".mark--unread")?.remove();
    link.ariaCurrent = isCurrent ? "page" : null;
  }
}

export function toggleSidebar() {
  const app = document.getElementById("app");
  if (!app) return false;
  const isOpen = app.dataset.sidebar === "collapsed";
  app.dataset.sidebar = isOpen ? "open" : "collapsed";
  document.querySelector(".sidebar__collapse").ariaExpanded = isOpen;
  document.cookie = `sidebar=${app.dataset.sidebar}; path=/; max-age=31536000; samesite=lax`;
}

export function initSidebar() {
  document.addEventListener("session-deleted", onDeleted);
  document.addEventListener("sidebar-changed", reload);
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    markCurrent();
    // On a phone the sheet has done its work.
    const sidebar = document.getElementById("sidebar");
    if (detail.target.id === "main" && sidebar?.matches(":popover-open")) sidebar.hidePopover();
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest('[data-action="rename"]');
    if (button) {
      const row = button.closest("[data-session-key].session-row");
      const title = row?.querySelector(".session-row__title") ?? document.getElementById("session-title");
      rename(title, button.dataset.renameUrl ?? title.dataset.renameUrl);
    }
    if (target.closest('[data-action="toggle-sidebar"]')) toggleSidebar();
  });
}
