/** The status line: what the agent is doing and for how long, and the button that stops it. */

import { announce } from "./ui.js";

const STUCK_STOPPING = 10000;

export function runStatus(element) {
  const line = element.querySelector("#run-status");
  const label = element.querySelector("#run-label");
  const time = element.querySelector("#run-time");
  const send = element.querySelector("#send");
  const stop = element.querySelector("#stop");
  let since = Number(line?.dataset.since || 0) * 1000;
  let said = 0;

  function tick() {
    if (!since || line.dataset.state === "idle") return;
    const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
    time.textContent = seconds ? `· ${seconds} s` : "";
    if (seconds >= said + 10) announce(`Still working, ${(said = seconds)} seconds`);
  }

  function show({ state, label: words, since: began }) {
    const wasIdle = line.dataset.state === "idle";
    line.dataset.state = state;
    label.textContent = words;
    since = began * 1000;
    if (state === "idle") said = since = 0;
    time.textContent = "";
    if (stop) stop.disabled = state === "stopping";
    if (state === "stopping") setTimeout(() => (stop.disabled = false), STUCK_STOPPING);
    setSendLabel(state);
    if (wasIdle && state !== "idle") announce("The agent is working");
    else if (state === "tool") announce(words);
    tick();
  }

  function setSendLabel(state) {
    const text = send?.querySelector(".composer__send-label");
    if (!text) return;
    text.textContent = state === "idle" ? send.dataset.send : send.dataset.queue;
    send.title = state === "idle" ? "" : send.dataset.hint;
  }

  const timer = setInterval(tick, 1000);
  if (line) setSendLabel(line.dataset.state);
  return {
    show: line ? show : () => {},
    stop: () => clearInterval(timer),
    get isRunning() {
      return line ? line.dataset.state !== "idle" : false;
    },
  };
}
