// The page: which channel is shown, what arrives, who is connected.

import { act, client, data, get, h, icon, me, plural, post, t } from "./dom.js";
import { blocks, redraw } from "./blocks.js";
import { composer } from "./composer.js";
import { Surface } from "./inputs.js";
import { Messages } from "./messages.js";
import * as modal from "./modal.js";

const $ = (selector) => document.querySelector(selector);
let channels = data.channels;
let shown = null; // the channel on screen; null while the Home tab is
let thread = null; // the parent of the open thread
const drafts = new Map();

const list = new Messages($("#messages"), openThread);
const replies = new Messages($("#replies"), null);
const write = composer($("#composer"), () => ({ channel: shown.id }));
const answer = composer($("#answer"), () => ({ channel: thread.channel, thread_ts: thread.ts }));
answer.name(t("Reply…"));

// Channels

function sidebar() {
  const entry = (channel) =>
    h(
      "a",
      {
        href: `#/c/${channel.id}`,
        class: channel.unread ? "unread" : "",
        "aria-current": shown?.id === channel.id ? "page" : null,
        data: { channel: channel.name },
      },
      icon("hash"),
      h("span", { class: "name" }, channel.name),
      channel.unread > 0 && h("span", { class: "badge", "aria-label": plural("{count} unread message", "{count} unread messages", channel.unread) }, String(channel.unread)),
    );
  $("#channels").replaceChildren(...channels.filter((one) => !one.im).map(entry));
  const app = $("#app-link");
  const direct = channels.find((one) => one.im);
  const here = location.hash.startsWith("#/app") || shown?.im;
  if (here) app.setAttribute("aria-current", "page");
  else app.removeAttribute("aria-current");
  app.href = direct?.unread && !here ? "#/app/messages" : "#/app/home";
  app.classList.toggle("unread", direct?.unread > 0);
  app.querySelector(".badge").hidden = !direct?.unread;
  app.querySelector(".badge").textContent = direct?.unread ?? "";
  const unread = channels.reduce((sum, one) => sum + one.unread, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${shown && !shown.im ? `#${shown.name}` : data.people[data.bot].name} · ${data.workspace}`;
}

async function route() {
  document.body.classList.remove("drawer");
  const [, kind, id] = location.hash.split("/");
  if (shown) drafts.set(shown.id, write.area.value);
  closeThread();
  if (kind === "app" && id !== "messages") return openHome();
  const channel = kind === "app" ? channels.find((one) => one.im) : (channels.find((one) => one.id === id || one.name === decodeURIComponent(id ?? "")) ?? channels[0]);
  shown = channel;
  $("#home").hidden = true;
  $("#room").hidden = false;
  header();
  sidebar();
  const { messages } = await get("/desk/channel", { id: channel.id });
  if (shown !== channel) return;
  list.fill(messages, intro(channel));
  write.area.value = drafts.get(channel.id) ?? "";
  write.area.dispatchEvent(new Event("input"));
  write.name(t("Message {where}", { where: channel.im ? data.people[data.bot].name : `#${channel.name}` }));
  if (matchMedia("(width > 760px)").matches && !document.querySelector("dialog[open]")) write.area.focus({ preventScroll: true });
  read();
}

function header() {
  $("#tabs").hidden = Boolean(shown && !shown.im);
  for (const tab of $("#tabs").querySelectorAll("a")) {
    const current = tab.hash === (shown ? "#/app/messages" : "#/app/home");
    tab.setAttribute("aria-selected", String(current));
  }
  const app = !shown || shown.im;
  $("#room-name").replaceChildren(app ? data.people[data.bot].name : h("span", {}, icon("hash"), shown.name));
  $("#room-topic").textContent = app ? "" : shown.topic;
  document.body.classList.toggle("on-app", Boolean(app));
}

function intro(channel) {
  const name = channel.im ? data.people[data.bot].name : `#${channel.name}`;
  return h("div", { class: "intro" }, h("h3", {}, name), h("p", {}, channel.im ? t("Messages between you and the app.") : t("This is the very beginning of the {name} channel.", { name })));
}

function read() {
  if (shown && document.visibilityState === "visible") post("/desk/read", { channel: shown.id });
}

// Home tab

const home = new Surface({ view: "" });
let homeView = null;

function openHome() {
  shown = null;
  $("#home").hidden = false;
  $("#room").hidden = true;
  header();
  sidebar();
  drawHome();
  act("home", {});
}

function drawHome() {
  home.place = { view: homeView?.id };
  home.optional = t("optional");
  const empty = h("p", { class: "empty" }, t("The app has put nothing here yet."));
  redraw($("#home-blocks"), homeView ? blocks(home, homeView.blocks) : [empty]);
}

// Threads

async function openThread(message) {
  thread = message;
  $("#thread").hidden = false;
  document.body.classList.add("with-thread");
  $("#thread-where").textContent = shown.im ? "" : `#${shown.name}`;
  const { messages } = await get("/desk/channel", { id: message.channel, ts: message.ts });
  if (thread !== message) return;
  replies.fill(messages);
  answer.area.focus({ preventScroll: true });
}

function closeThread() {
  thread = null;
  $("#thread").hidden = true;
  document.body.classList.remove("with-thread");
}

// What arrives

const ARRIVES = {
  message: ({ message, channel, ts, channels: now }) => {
    channels = now;
    sidebar();
    if (!message) return;
    if (thread && channel === thread.channel && [message.ts, message.thread_ts].includes(thread.ts)) replies.put(message);
    if (channel !== shown?.id || message.in_thread) return;
    const known = list.held.has(ts);
    list.put(message);
    if (!known) read();
  },
  gone: ({ channel, ts, channels: now }) => {
    channels = now;
    sidebar();
    if (channel === shown?.id) list.remove(ts);
    replies.remove(ts);
  },
  unread: ({ channels: now }) => {
    channels = now;
    sidebar();
  },
  views: ({ stack }) => modal.show(stack),
  home: ({ view }) => {
    homeView = view;
    if (!$("#home").hidden) drawHome();
  },
  app: ({ connected }) => {
    document.body.classList.toggle("app-connected", connected);
    $("#app-state").textContent = connected ? t("connected") : t("not connected");
  },
};

let again = 0;
function live() {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/desk/live?${new URLSearchParams({ as: me.id, client })}`);
  socket.onopen = () => {
    if (again) route(); // what was missed meanwhile
    again = 0;
    document.body.classList.remove("offline");
  };
  socket.onmessage = ({ data: said }) => {
    const event = JSON.parse(said);
    ARRIVES[event.type]?.(event);
  };
  socket.onclose = () => {
    document.body.classList.add("offline");
    again += 1;
    setTimeout(live, Math.min(5000, 250 * 2 ** again));
  };
}

// The rest

$("#open-drawer").addEventListener("click", () => document.body.classList.toggle("drawer"));
$("#veil").addEventListener("click", () => document.body.classList.remove("drawer"));
$("#close-thread").addEventListener("click", closeThread);
$(".language").addEventListener("submit", (event) => (event.target.action = `/desk/language${location.hash}`));
for (const link of document.querySelectorAll(".switch a")) link.addEventListener("click", () => (link.hash = location.hash));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  document.body.classList.remove("drawer");
  for (const menu of document.querySelectorAll("details[open]")) menu.open = false;
  if (thread) closeThread();
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("visibilitychange", read);
window.addEventListener("hashchange", route);
route();
live();
