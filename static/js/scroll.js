/**
 * Reading and following. After a send the own message stands at the top and the answer grows
 * below it. Following is switched on by a person and off by a person, never by the layout.
 */

const NEAR = 48;
const UP_KEYS = ["PageUp", "Home", "ArrowUp"];

export class ScrollFollower {
  constructor(element) {
    this.box = element.querySelector("#scroll");
    this.jump = element.querySelector("#jump");
    this.isFollowing = false;
    this.abort = new AbortController();
    const { signal } = this.abort;
    const on = (name, run) => this.box.addEventListener(name, run, { signal, passive: true });
    const release = () => (this.isFollowing = false);
    on("wheel", ({ deltaY }) => deltaY < 0 && release());
    on("touchmove", release);
    on("pointerdown", ({ target }) => target === this.box && release());
    on("keydown", ({ key }) => UP_KEYS.includes(key) && release());
    on("scroll", () => this.showJump());
    this.jump.addEventListener("click", () => this.follow(), { signal });
  }

  close() {
    this.abort.abort();
  }

  follow() {
    this.isFollowing = true;
    this.toEnd();
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.showJump();
  }

  /** Where a session opens: at the event of the address, else at its end. */
  toStart() {
    const event = location.hash && document.getElementById(location.hash.slice(1));
    if (!event) return this.toEnd();
    event.scrollIntoView({ block: "center" });
    event.classList.add("event--flash");
    setTimeout(() => event.classList.remove("event--flash"), 1200);
  }

  /** The own message goes to the top third; the space below is made for its answer. */
  toTurn(card) {
    if (this.isFollowing) return this.toEnd();
    this.box.style.setProperty("--room", `${Math.round(this.box.clientHeight * 0.6)}px`);
    const top = card.offsetTop - this.box.clientHeight * 0.15;
    this.box.scrollTo({ top: Math.max(0, top) });
  }

  afterGrowth() {
    if (this.isFollowing) this.toEnd();
    else this.showJump();
  }

  showJump() {
    const below = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
    const room = parseFloat(this.box.style.getPropertyValue("--room")) || 0;
    this.jump.hidden = below - room < NEAR;
  }
}
