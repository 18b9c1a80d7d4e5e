// The page: what is typed, pressed or chosen goes out; what comes back is shown.

import { Connection } from "./connection.js";
import { addCard, addNote, addSaid, addWaiting, removeWaiting, replaying, say } from "./log.js";
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
let replayUntil = 0;
const connection = new Connection({ onFrame: receive, onState: showState });

function send(frame, words) {
  outbox.add({ ...frame, words });
  addWaiting(frame.id, words);
  connection.send(frame);
  showBusy();
}

const handlers = {
  welcome({ last, restarted }) {
    if (restarted) addNote("Hearth was started again. It no longer knows what was said above.");
    replayUntil = restarted || connection.seen ? 0 : last;
    replaying(replayUntil > 0);
  },
  said({ id, html }) {
    removeWaiting(id);
    addSaid(html);
  },
  card({ id, html, announce }) {
    const box = addCard(html, announce);
    if (pressed.delete(id)) box.focus({ preventScroll: true });
  },
  done({ id }) {
    outbox.remove(id);
    removeWaiting(id);
  },
  error({ id, html }) {
    outbox.remove(id);
    removeWaiting(id);
    addCard(html, "");
  },
  refused({ id, text }) {
    outbox.remove(id);
    removeWaiting(id);
    refused(text);
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
  if (!text) {
    message.focus();
    return;
  }
  if (text.length > TOO_LONG) {
    messageError.textContent = "That is too long to send. Please shorten it.";
    return;
  }
  message.value = "";
  typed();
  send({ type: "say", id: newId(), text }, text);
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
  const id = newId();
  if ("example" in button.dataset) {
    send({ type: "say", id, text: words }, words);
    if (!onTouch.matches) message.focus({ preventScroll: true });
    return;
  }
  const { action } = button.dataset;
  if (outbox.frames.some((frame) => frame.action === action)) return; // pressed twice
  pressed.add(id);
  send({ type: "press", id, action }, words);
});

watchWho((roles, code) => {
  show(false);
  send({ type: "roles", id: newId(), roles, code }, "Who I am");
  if (!onTouch.matches) message.focus({ preventScroll: true });
});

message.value = kept(DRAFT);
typed();
for (const frame of outbox.frames) addWaiting(frame.id, frame.words);
connection.open();
