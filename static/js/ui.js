/** What every page uses: announcements, toasts, copying, menus, and requests of our own. */

const LONGEST_TOAST = 8000;
let lastSaid = 0;
let timer = 0;

export const csrfToken = () =>
  JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];

/** POST a form's worth of values. The answer is a Response; a refusal is not an exception. */
export function post(url, values = {}) {
  const body = values instanceof FormData ? values : new URLSearchParams(values);
  const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" };
  return fetch(url, { method: "POST", body, headers, credentials: "same-origin" });
}

/** The words of a refusal, which the server sends as a small fragment. */
export async function wordsOf(response) {
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return holder.content.textContent.trim().replace(/\s+/g, " ") || "The server refused that.";
}

/** Tell screen readers, one sentence in 1.5 s; a newer one replaces an older one. */
export function announce(sentence) {
  const say = () => {
    lastSaid = Date.now();
    document.getElementById("status").textContent = sentence;
  };
  clearTimeout(timer);
  const wait = 1500 - (Date.now() - lastSaid);
  if (wait > 0) timer = setTimeout(say, wait);
  else say();
}

/** A short notice at the corner; its button, if any, undoes. */
export function toast(text, { action, label, milliseconds = 6000 } = {}) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "link-button", textContent: label });
    button.addEventListener("click", () => (box.remove(), action()));
    box.append(button);
  }
  place(box, milliseconds);
  return box;
}

function place(box, milliseconds) {
  const toasts = document.getElementById("toasts");
  toasts.append(box);
  while (toasts.childElementCount > 3) toasts.firstElementChild.remove();
  let left = setTimeout(() => box.remove(), milliseconds);
  const hold = () => clearTimeout(left);
  const letGo = () => (left = setTimeout(() => box.remove(), 2000));
  box.addEventListener("pointerenter", hold);
  box.addEventListener("focusin", hold);
  box.addEventListener("pointerleave", letGo);
  box.addEventListener("focusout", letGo);
}

/** Something needs attention: said aloud, and shown until it is read. */
export function showError(html, signIn = false) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const text = holder.content.textContent.trim().replace(/\s+/g, " ");
  document.getElementById("alert").textContent = text;
  const next = encodeURIComponent(location.pathname);
  toast(text, {
    milliseconds: LONGEST_TOAST,
    label: "Sign in",
    action: signIn ? () => location.assign(`/accounts/login/?next=${next}`) : undefined,
  }).classList.add("toast--error");
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce("Copied");
}

function onClick({ target }) {
  const button = target.closest("[data-copy-text], [data-copy-from], [data-copy]");
  if (!button) return;
  copy(textToCopy(button));
  button.classList.add("is-done");
  setTimeout(() => button.classList.remove("is-done"), 1200);
}

function textToCopy(button) {
  if ("copyText" in button.dataset) return button.dataset.copyText;
  const scope = button.closest(".event, .code") ?? document;
  const selector = button.dataset.copyFrom || "code";
  return (scope.querySelector(selector) ?? scope).textContent;
}

/** A popover opens beside its button, inside the window. */
function placeMenu(event) {
  const menu = event.target;
  if (event.newState !== "open" || !menu.classList?.contains("menu")) return;
  const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  if (!opener) return;
  const at = opener.getBoundingClientRect();
  requestAnimationFrame(() => {
    const { offsetWidth: width, offsetHeight: height } = menu;
    const under = at.bottom + 4 + height <= innerHeight;
    menu.style.insetBlockStart = `${under ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
    menu.style.insetInlineStart = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    menu.querySelector(".menu__item")?.focus();
  });
}

/** Arrows move in a menu, a choice closes it. */
function onMenuKey(event) {
  const menu = event.target.closest?.(".menu");
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll(".menu__item")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
}

export function initUi() {
  document.addEventListener("click", onClick);
  document.addEventListener("toggle", placeMenu, true);
  document.addEventListener("keydown", onMenuKey);
  document.addEventListener("click", ({ target }) => {
    const item = target.closest(".menu__item");
    if (item) item.closest("[popover]")?.hidePopover();
    const wrap = target.closest("[data-wrap]");
    if (wrap) wrap.closest(".code, .box")?.querySelector("pre")?.toggleAttribute("data-wrapped");
    const feedback = target.closest("[data-action=dismiss-feedback]");
    if (feedback) feedback.closest(".feedback").remove();
    const thumb = target.closest("[data-thumb]");
    if (thumb) press(thumb);
  });
  document.addEventListener("input", ({ target }) => {
    if (target.dataset?.filters) filter(target);
  });
}

/** A thumb stays pressed; the other one does not. */
function press(thumb) {
  const isPressed = thumb.getAttribute("aria-pressed") === "true";
  for (const other of thumb.closest(".event__foot").querySelectorAll("[data-thumb]")) {
    other.setAttribute("aria-pressed", String(other === thumb && !isPressed));
  }
}

function filter({ value, dataset }) {
  const words = value.toLowerCase();
  for (const row of document.querySelectorAll(dataset.filters)) {
    row.hidden = !row.textContent.toLowerCase().includes(words);
  }
}
