// What the person sees of the conversation: entries, waiting messages, what is read out.

const log = document.getElementById("log");
const waiting = document.getElementById("waiting");
const announcer = document.getElementById("announcer");
const intro = document.getElementById("intro");

// The only place where HTML becomes nodes. It was made, and escaped, by the server's renderer.
const trusted = window.trustedTypes
  ? window.trustedTypes.createPolicy("hearth", { createHTML: (html) => html })
  : { createHTML: (html) => html };

function entry(kind, speaker) {
  const box = document.createElement("div");
  box.className = `entry ${kind}`;
  const who = document.createElement("p");
  who.className = kind === "said" ? "unseen" : "speaker";
  who.textContent = speaker;
  box.append(who);
  return box;
}

function filled(kind, speaker, html) {
  const box = entry(kind, speaker);
  const template = document.createElement("template");
  template.innerHTML = trusted.createHTML(html);
  box.append(template.content);
  return box;
}

// Entries of an earlier visit are shown, not read out.
export function replaying(on) {
  if (on) log.setAttribute("aria-busy", "true");
  else log.removeAttribute("aria-busy");
}

export function addSaid(html) {
  const box = filled("said", "You said:", html);
  box.setAttribute("aria-live", "off"); // people know what they typed
  return append(box);
}

// Return the new entry. Where the card has a text to be announced, that is read out and the card is not.
export function addCard(html, announce) {
  const box = filled("answer", "Hearth", html);
  box.tabIndex = -1;
  if (announce) {
    box.setAttribute("aria-live", "off");
    if (!log.hasAttribute("aria-busy")) say(announce);
  }
  return append(box);
}

// Forget what is shown: the server is about to send it again.
export function clear() {
  log.replaceChildren();
  showIntro();
}

// Read a text out; a few stay, so that one does not cut off another.
export function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  announcer.append(line);
  while (announcer.childElementCount > 5) announcer.firstElementChild.remove();
}

export function addWaiting(id, text) {
  hideIntro();
  const box = entry("said", "You said, not sent yet:");
  box.dataset.id = id;
  const paragraph = document.createElement("p");
  paragraph.dir = "auto";
  paragraph.textContent = text;
  box.append(paragraph);
  waiting.append(box);
  follow(box, true);
}

export function removeWaiting(id) {
  for (const box of waiting.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) box.remove();
  showIntro();
}

function append(box) {
  hideIntro();
  const near = nearEnd();
  log.append(box);
  follow(box, near);
  return box;
}

function showIntro() {
  intro.hidden = log.childElementCount + waiting.childElementCount > 0;
}

function hideIntro() {
  intro.hidden = true;
}

function nearEnd() {
  const page = document.scrollingElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight < 240;
}

// Keep the newest in sight, but from its beginning, and leave those alone who scrolled back to read.
function follow(box, near) {
  if (!near) return;
  const room = window.innerHeight - document.getElementById("composer").offsetHeight;
  const tall = box.offsetHeight > room - 40;
  if (tall) box.scrollIntoView({ block: "start" });
  else document.scrollingElement.scrollTop = document.scrollingElement.scrollHeight;
}
