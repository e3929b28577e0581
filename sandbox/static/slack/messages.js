// One list of messages: a channel's, the app's direct messages, or a thread's.

import { avatar, data, h, icon, locale, me, plural, t } from "./dom.js";
import { blocks, redraw } from "./blocks.js";
import { Surface } from "./inputs.js";
import { ago, clock, dayName, drawn } from "./text.js";

const surfaces = new Map();
const CLOSE_BY = 300;

function surface(message) {
  const key = `${message.channel} ${message.ts}`;
  if (!surfaces.has(key)) surfaces.set(key, new Surface({ channel: message.channel, ts: message.ts }));
  surfaces.get(key).optional = t("optional");
  return surfaces.get(key);
}

export class Messages {
  // `open(message)` shows the thread of a message; null inside a thread.
  constructor(box, open) {
    this.box = box;
    this.open = open;
    this.held = new Map();
    this.newer = h("button", { type: "button", class: "newer", hidden: true, on: { click: () => this.toEnd() } }, icon("down"), t("New messages"));
    box.after(this.newer);
    box.addEventListener("scroll", () => this.atEnd() && (this.newer.hidden = true), { passive: true });
  }

  atEnd() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 80;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.newer.hidden = true;
  }

  fill(messages, intro = null) {
    this.held = new Map();
    this.box.replaceChildren(...(intro ? [intro] : []));
    for (const message of messages) this.add(message);
    this.toEnd();
  }

  add(message) {
    const seconds = Number(message.ts);
    const last = [...this.held.values()].at(-1);
    if (!last || dayName(Number(last.message.ts)) !== dayName(seconds)) {
      this.box.append(h("div", { class: "day", role: "separator" }, h("span", {}, dayName(seconds))));
    }
    const plain = (one) => !one.blocks.length && !one.ephemeral && !one.rings.length;
    const follows =
      last && plain(last.message) && plain(message) && last.message.user === message.user && !last.message.thread.count &&
      seconds - Number(last.message.ts) < CLOSE_BY && this.box.lastElementChild === last.shown;
    const shown = h("article", { class: "message", tabindex: "-1", data: { ts: message.ts, user: message.user } });
    shown.classList.toggle("follows", Boolean(follows));
    this.held.set(message.ts, { message, shown });
    this.box.append(shown);
    if (!this.open) this.count();
    this.draw(message, shown);
  }

  // In a thread: how many answers, under what they answer.
  count() {
    this.line ??= h("div", { class: "answers", role: "separator" });
    const [parent, ...answers] = [...this.held.values()];
    this.line.textContent = plural("{count} reply", "{count} replies", answers.length);
    if (answers.length) parent.shown.after(this.line);
  }

  // A message that is new, or has changed.
  put(message) {
    const end = this.atEnd();
    const known = this.held.get(message.ts);
    if (known) {
      known.message = message;
      if (this.draw(message, known.shown)) known.shown.focus({ preventScroll: true });
    } else {
      this.add(message);
      this.held.get(message.ts).shown.classList.add("fresh");
    }
    if (end || message.user === me.id) this.toEnd();
    else if (!known) this.newer.hidden = false;
  }

  remove(ts) {
    this.held.get(ts)?.shown.remove();
    this.held.delete(ts);
  }

  draw(message, shown) {
    const person = data.people[message.user];
    const at = Number(message.ts);
    shown.classList.toggle("ephemeral", message.ephemeral);
    const rung = message.rings.filter((what) => what.startsWith("!") || what === `@${me.id}`);
    shown.classList.toggle("rang", rung.length > 0);
    shown.dataset.rings = message.rings.join(" ");
    return redraw(shown, [
      message.ephemeral && h("p", { class: "note" }, icon("eye"), t("Only visible to you")),
      rung.length > 0 && h("p", { class: "note rings" }, icon("bell"), t("This message rang: {who}", { who: rung.map(rungName).join(", ") })),
      h("div", { class: "side" }, avatar(person), h("time", {}, clock(at))),
      h(
        "div",
        { class: "main" },
        h(
          "div",
          { class: "who" },
          h("strong", {}, person?.name ?? "Slack"),
          person?.bot && h("span", { class: "badge" }, t("APP")),
          h("time", { datetime: new Date(at * 1000).toISOString(), title: new Date(at * 1000).toLocaleString(locale) }, clock(at)),
        ),
        message.blocks.length
          ? h("div", { class: "blocks" }, blocks(surface(message), message.blocks))
          : h("div", { class: "said" }, drawn(message.nodes), message.edited && h("span", { class: "edited" }, t("(edited)"))),
        this.open && message.thread.count > 0 && this.summary(message),
      ),
      this.open && !message.ephemeral && h(
        "div",
        { class: "tools" },
        h("button", { type: "button", class: "plain", "aria-label": t("Reply in thread"), title: t("Reply in thread"), data: { tool: "thread" }, on: { click: () => this.open(message) } }, icon("thread")),
      ),
    ].filter(Boolean));
  }

  summary(message) {
    const { count, people, latest } = message.thread;
    return h(
      "button",
      { type: "button", class: "thread-summary", data: { tool: "replies" }, on: { click: () => this.open(message) } },
      h("span", { class: "faces" }, people.map((id) => avatar(data.people[id], "tiny"))),
      h("b", {}, plural("{count} reply", "{count} replies", count)),
      h("span", {}, t("Last reply {ago}", { ago: ago(Number(latest)) })),
      icon("right"),
    );
  }
}

function rungName(what) {
  return what.startsWith("!") ? `@${what.slice(1)}` : `@${data.people[what.slice(1)]?.name ?? what.slice(1)}`;
}
