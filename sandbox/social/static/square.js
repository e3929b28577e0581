// Keeps an open page true: new posts, counts and answers arrive as ids over a websocket, and as HTML from the server.
"use strict";
(() => {
  const body = document.body;
  const timeline = document.getElementById("timeline");
  const thread = document.getElementById("thread");
  const fresh = document.querySelector("[data-fresh]");
  const pulse = document.querySelector("[data-pulse]");
  const isHome = body.dataset.live === "home";
  const KEPT = 120;
  const changed = new Set();   // ids to ask for again
  const added = new Set();     // ids not on this page yet
  let threadChanged = false, timer = 0, waiting = [], everOpen = false;

  const typing = () => [...document.querySelectorAll("textarea")].some((one) => one.value.trim());
  const onPage = (id) => document.querySelector(`article[data-post-id="${CSS.escape(id)}"]`);

  function heard(event) {
    if (thread && event.root === thread.dataset.root) threadChanged = true;
    if (timeline) {
      if (event.kind === "delete") { onPage(event.id)?.remove(); return; }
      if (onPage(event.id)) changed.add(event.id);
      if (event.parent && onPage(event.parent)) changed.add(event.parent);
      if (isHome && event.kind === "post" && !event.parent) added.add(event.id);
    }
    timer ||= setTimeout(refresh, 250);
  }

  async function refresh() {
    timer = 0;
    const ids = [...added, ...changed].slice(0, 100);
    const isNew = new Set(added);
    ids.forEach((id) => { added.delete(id); changed.delete(id); });
    if (added.size + changed.size) timer = setTimeout(refresh, 250);
    if (threadChanged && thread) { threadChanged = false; await redrawThread(); }
    if (!ids.length) return;
    const query = ids.map((id) => "id=" + encodeURIComponent(id)).join("&");
    const answer = await fetch("/network/fragments?" + query);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const article of [...page.querySelectorAll("article")]) {
      const known = onPage(article.dataset.postId);
      if (known) replace(known, article);
      else if (isNew.has(article.dataset.postId)) arrive(article);
    }
    while (timeline.children.length > KEPT) timeline.lastElementChild.remove();
    tellFresh();
  }

  function replace(known, article) {
    const answers = known.querySelectorAll(".answer").length;
    known.replaceWith(article);
    const now = article.querySelectorAll(".answer");
    if (now.length > answers) now[now.length - 1].classList.add("arriving");
  }

  function arrive(article) {
    article.classList.add("arriving");
    if (window.scrollY < 240) timeline.prepend(article);
    else waiting.push(article);
  }

  function tellFresh() {
    if (!fresh) return;
    fresh.hidden = waiting.length === 0;
    fresh.textContent = waiting.length === 1 ? body.dataset.freshOne : body.dataset.freshMany.replace("{n}", waiting.length);
  }

  function showWaiting() {
    waiting.forEach((article) => timeline.prepend(article));
    waiting = [];
    tellFresh();
  }

  async function redrawThread() {
    const answer = await fetch(`/network/posts/${thread.dataset.thread}/thread`);
    if (!answer.ok) return;
    const before = new Set([...thread.querySelectorAll("article")].map((one) => one.dataset.postId));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    thread.replaceChildren(...page.body.children);
    thread.querySelectorAll("article").forEach((one) => { if (!before.has(one.dataset.postId)) one.classList.add("arriving"); });
  }

  function connect() {
    const socket = new WebSocket(`ws://${location.host}/network/live`);
    socket.onopen = () => { pulse?.classList.add("on"); if (everOpen && !typing()) location.reload(); everOpen = true; };
    socket.onmessage = (message) => heard(JSON.parse(message.data));
    socket.onclose = () => { pulse?.classList.remove("on"); setTimeout(connect, 1500); };
  }
  if (timeline || thread) connect();

  fresh?.addEventListener("click", () => { window.scrollTo({ top: 0 }); showWaiting(); });
  window.addEventListener("scroll", () => { if (window.scrollY < 40 && waiting.length) showWaiting(); }, { passive: true });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-quiet]")) return;
    event.preventDefault();
    const sent = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
    if (sent.ok) form.querySelector(".act")?.classList.add("done");
  });

  document.querySelectorAll(".composer").forEach((composer) => {
    const words = composer.querySelector("textarea"), left = composer.querySelector("[data-left]");
    words.addEventListener("input", () => {
      const rest = words.maxLength - [...words.value].length;
      left.textContent = rest;
      left.classList.toggle("few", rest < 40);
    });
    composer.querySelector("select").addEventListener("change", (event) => {
      composer.querySelector("[data-face]").src = `/network/avatars/${encodeURIComponent(event.target.value)}.svg`;
    });
  });

  setInterval(() => {
    document.querySelectorAll("time[datetime]").forEach((time) => {
      const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
      if (minutes < 1) time.textContent = body.dataset.now;
      else if (minutes < 60) time.textContent = body.dataset.minutes.replace("{n}", minutes);
    });
  }, 20000);
})();
