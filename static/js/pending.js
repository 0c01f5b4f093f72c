/** The own message before the server has it: shown at once, sent again with the same id. */

import { copy, post, wordsOf } from "./ui.js";

const PATIENCE = 10000;

/** Show it, send it, and say when it could not be sent. Resolves to whether the server took it. */
export async function sendPending(log, url, message) {
  const card = document.getElementById("pending-message").content.firstElementChild.cloneNode(true);
  card.dataset.clientId = message.client_id;
  card.querySelector(".bubble").textContent = message.content;
  log.append(card);
  card.scrollIntoView({ block: "nearest" });
  card.addEventListener("click", ({ target }) => {
    if (target.dataset.action === "resend") deliver(card, url, message);
    if (target.dataset.action === "copy-pending") copy(message.content);
  });
  return deliver(card, url, message);
}

/** The event of a message replaces what stood for it. */
export function dropPending(card) {
  const text = card.querySelector(".bubble").textContent.trim();
  const pending = [...document.querySelectorAll("[data-pending]")];
  pending.find((other) => other.querySelector(".bubble").textContent.trim() === text)?.remove();
}

async function deliver(card, url, message) {
  showState(card, "");
  const impatient = setTimeout(() => showState(card, "Not sent yet."), PATIENCE);
  let refusal = "Not sent.";
  try {
    const response = await post(url, message);
    if (response.ok && !response.redirected) {
      if (response.headers.has("X-Queued")) card.remove();
      return true;
    }
    refusal = response.redirected ? "Your login has expired." : await wordsOf(response);
  } catch {
    refusal = navigator.onLine ? "The server cannot be reached." : "You are offline.";
  } finally {
    clearTimeout(impatient);
  }
  showState(card, refusal);
  return false;
}

function showState(card, refusal) {
  card.querySelector("[data-state-sending]").hidden = Boolean(refusal);
  const failed = card.querySelector("[data-state-failed]");
  failed.hidden = !refusal;
  if (refusal) failed.firstChild.textContent = `${refusal} `;
}
