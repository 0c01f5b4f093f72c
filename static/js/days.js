/** Lines between the days of a transcript, in the reader's own time zone. Running it again is harmless. */

const DAY = 24 * 60 * 60 * 1000;

export function markDays(log) {
  const { lang } = document.documentElement;
  let before = null;
  for (const message of log.querySelectorAll(":scope > .event--input-message")) {
    const moment = new Date(message.querySelector("time")?.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const day = moment.toDateString();
    if (before && before !== day && !message.previousElementSibling?.matches(".day")) {
      message.before(heading(moment, lang));
    }
    before = day;
  }
}

function heading(moment, lang) {
  const line = document.createElement("h2");
  line.className = "day";
  line.textContent = nameOf(moment, lang);
  return line;
}

function nameOf(moment, lang) {
  const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(moment) - midnight(new Date())) / DAY);
  if (days < -1) return new Intl.DateTimeFormat(lang, { dateStyle: "full" }).format(moment);
  const words = new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(days, "day");
  return words.charAt(0).toLocaleUpperCase(lang) + words.slice(1);
}
