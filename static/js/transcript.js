/** Places events and the answer being written. Every event once, in the order of their seq. */

import { applyChange } from "./blocks.js";
import { dropPending } from "./pending.js";
import { ScrollFollower } from "./scroll.js";
import { markDays } from "./times.js";
import { announce } from "./ui.js";
import { groupWork } from "./work-groups.js";

const MAX_CARDS = 500;
const ENDS_LIVE = ["agent_output", "structured_output", "turn_failed", "session_interrupted"];
const SPOKEN = {
  turn_failed: "The agent could not answer",
  session_interrupted: "Stopped",
  artifact_upload: "Files added",
};

export class Transcript {
  constructor(element) {
    this.log = element.querySelector("#transcript");
    this.live = element.querySelector("#live");
    this.lastSeq = Number(element.dataset.lastSeq);
    this.scroll = new ScrollFollower(element);
    this.isDirty = false;
    groupWork(this.log);
    markDays(this.log);
    this.scroll.toStart();
  }

  close() {
    this.scroll.close();
  }

  /** False when an event before this one is missing. */
  addEvent({ seq, id, type, turn, html }) {
    if (seq <= this.lastSeq) return true;
    if (seq !== this.lastSeq + 1) return false;
    this.lastSeq = seq;
    if (html && !document.getElementById(id)) this.place(html, type);
    if (type === "thinking" || ENDS_LIVE.includes(type)) this.endLive(turn);
    if (SPOKEN[type]) announce(SPOKEN[type]);
    if (type === "agent_output") this.announceAnswer(id);
    this.isDirty = true;
    return true;
  }

  place(html, type) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const card = holder.content.firstElementChild;
    this.log.append(card);
    globalThis.htmx.process(card);
    if (type === "input_message") {
      dropPending(card);
      this.scroll.toTurn(card);
    }
  }

  /** Once for a batch: fold the work, and keep the page from growing for ever. */
  settle() {
    if (this.isDirty) {
      groupWork(this.log);
      markDays(this.log);
      this.foldEarliest();
      this.isDirty = false;
    }
    this.scroll.afterGrowth();
  }

  write(message) {
    if (message.t === "begin") return this.begin(message);
    if (this.live.dataset.turn !== String(message.turn)) return;
    const body = this.live.firstElementChild;
    if (message.t === "th") {
      const window = body?.querySelector(".thinking__window");
      if (!window) return;
      if (message.fresh) window.textContent = "";
      window.append(message.txt);
      window.scrollTop = window.scrollHeight;
    } else {
      const text = body?.querySelector(".event__text");
      if (text) applyChange(text, message);
    }
  }

  begin({ turn, kind }) {
    const name = kind === "thinking" ? "live-thinking" : "live-answer";
    const body = document.getElementById(name).content.firstElementChild.cloneNode(true);
    this.live.dataset.turn = turn;
    this.live.replaceChildren(body);
  }

  /** What was being written is an event now, or nothing more will come of it. */
  endLive() {
    this.live.replaceChildren();
    delete this.live.dataset.turn;
  }

  announceAnswer(id) {
    const count = (tag) => document.querySelectorAll(`#${id} .event__text ${tag}`).length;
    announce(`Answer ready. Paragraphs: ${count("p")}, tables: ${count("table")}`);
  }

  foldEarliest() {
    const cards = this.log.querySelectorAll(":scope > .event, :scope > .work");
    for (const card of [...cards].slice(0, Math.max(0, cards.length - MAX_CARDS))) card.remove();
  }
}
