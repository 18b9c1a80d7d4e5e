// The page: what is typed, pressed or chosen goes out; what comes back is shown.

import { Connection } from "./connection.js";
import { Files } from "./files.js";
import { addCard, addSaid, addWaiting, clear, removeWaiting, replaying, say } from "./log.js";
import { Outbox, keep, kept, newId } from "./outbox.js";
import { refused, show, watchWho } from "./who.js";

const DRAFT = "hearth-draft";
const TOO_LONG = 100_000; // characters; the server answers to less in its own words
const composer = document.getElementById("composer");
const message = document.getElementById("message");
const messageError = document.getElementById("message-error");
const connectionLine = document.getElementById("connection");
const tryNow = document.getElementById("try-now");
const busy = document.getElementById("busy");

const onTouch = matchMedia("(pointer: coarse)");

const outbox = new Outbox();
const pressed = new Set(); // ids of presses: the answer to one takes the focus, since its button had it
const refusedIds = new Map(); // what was not recorded, and its id: sent again under it, it is recorded once
const files = new Files((text) => {
  messageError.textContent = text;
});
let replayUntil = 0;
const connection = new Connection({ onFrame: receive, onState: showState });

function send(content, words) {
  const id = refusedIds.get(JSON.stringify(content)) ?? newId();
  const frame = { id, ...content };
  messageError.textContent = "";
  outbox.add({ ...frame, words });
  addWaiting(id, words);
  connection.send(frame);
  showBusy();
  return id;
}

// It needs no more care: it was answered, or it came to nothing.
function settle(id) {
  outbox.remove(id);
  removeWaiting(id);
}

// What was not recorded goes back to where it was entered; a button is still there.
function giveBack({ id, words, ...content }, text) {
  refusedIds.set(JSON.stringify(content), id);
  pressed.delete(id);
  if (content.type === "roles") {
    refused(text, content);
    return;
  }
  messageError.textContent = text;
  if (content.type === "say") {
    message.value = [content.text, message.value].filter(Boolean).join("\n");
    files.giveBack(content.files ?? []);
    typed();
  }
}

// It was recorded after all, only too late for the person to be told so.
function forgetRefused(id) {
  for (const [content, refusedId] of refusedIds) {
    if (refusedId !== id) continue;
    refusedIds.delete(content);
    messageError.textContent = "";
    if (message.value.trim() === JSON.parse(content).text) {
      message.value = "";
      files.clear();
      typed();
    }
  }
}

const handlers = {
  welcome({ last, restarted }) {
    if (restarted) clear();
    replayUntil = connection.seen ? 0 : last;
    replaying(replayUntil > 0);
  },
  said({ id, html }) {
    forgetRefused(id);
    removeWaiting(id);
    addSaid(html);
  },
  card({ id, html, announce }) {
    settle(id); // its id is the message's that it answers
    const box = addCard(html, announce);
    if (pressed.delete(id)) box.focus({ preventScroll: true });
  },
  done({ id }) {
    settle(id);
  },
  error({ id, html }) {
    settle(id);
    addCard(html, "");
  },
  refused({ id, text }) {
    const frame = outbox.get(id);
    settle(id);
    if (frame) giveBack(frame, text);
  },
};

function receive(frame) {
  handlers[frame.type]?.(frame);
  if (replayUntil && frame.seq >= replayUntil) {
    replayUntil = 0;
    // Let the browser take in the entries before it listens for new ones.
    setTimeout(() => replaying(false), 200);
  }
  showBusy();
}

function showState(state) {
  composer.dataset.connection = state;
  tryNow.hidden = state === "open";
  if (state === "open") {
    if (connectionLine.textContent) say("Connected again.");
    connectionLine.textContent = "";
    for (const { words, ...frame } of outbox.frames) connection.send(frame);
  } else {
    connectionLine.textContent =
      state === "lost"
        ? connection.reason || "Connection lost, trying again. You can keep typing; nothing is lost."
        : "No connection. Hearth may have been stopped. What you typed is kept.";
  }
  showBusy();
}

function showBusy() {
  busy.hidden = connection.state !== "open" || outbox.frames.length === 0;
}

function sendTyped() {
  const text = message.value.trim();
  messageError.textContent = "";
  const sent = files.sent;
  if (files.onTheWay) {
    messageError.textContent = "A file is still on its way. Please wait a moment, then send it.";
    return;
  }
  if (!text && !sent.length) {
    message.focus();
    return;
  }
  if (text.length > TOO_LONG) {
    messageError.textContent = "That is too long to send. Please shorten it.";
    return;
  }
  message.value = "";
  typed();
  files.clear();
  const words = [text, ...sent.map(({ name }) => `File: ${name}`)].filter(Boolean).join("\n");
  send(sent.length ? { type: "say", text, files: sent } : { type: "say", text }, words);
  if (!onTouch.matches) message.focus(); // on a touch screen the keyboard would cover the answer
}

function typed() {
  keep(DRAFT, message.value);
  message.style.height = "auto";
  message.style.height = `${message.scrollHeight + 2}px`;
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  sendTyped();
});

message.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  sendTyped();
});

message.addEventListener("input", typed);

tryNow.addEventListener("click", () => {
  connection.tryNow();
  message.focus();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action], [data-example]");
  if (!button) return;
  const words = button.textContent;
  if ("example" in button.dataset) {
    send({ type: "say", text: words }, words);
    if (!onTouch.matches) message.focus({ preventScroll: true });
    return;
  }
  const { action } = button.dataset;
  if (outbox.frames.some((frame) => frame.action === action)) return; // pressed twice
  pressed.add(send({ type: "press", action }, words));
});

watchWho((roles, code) => {
  show(false);
  send({ type: "roles", roles, code }, "Who I am");
  if (!onTouch.matches) message.focus({ preventScroll: true });
});

message.value = kept(DRAFT);
typed();
for (const frame of outbox.frames) addWaiting(frame.id, frame.words);
connection.open();
