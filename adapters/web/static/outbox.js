// Messages that the server has not answered yet. They survive a lost connection and a reloaded page.

const KEY = "hearth-outbox";

export class Outbox {
  constructor() {
    this.frames = stored();
  }

  add(frame) {
    this.frames.push(frame);
    this.store();
  }

  remove(id) {
    this.frames = this.frames.filter((frame) => frame.id !== id);
    this.store();
  }

  get(id) {
    return this.frames.find((frame) => frame.id === id);
  }

  store() {
    // A one-time code is a secret: such a frame waits in memory only.
    const kept = this.frames.filter((frame) => !frame.code);
    keep(KEY, kept.length ? JSON.stringify(kept) : "");
  }
}

// Keep a text for as long as this tab is open; the page works without it where storage is switched off.
export function keep(key, text) {
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch (error) {
    console.warn("This browser keeps nothing for the page:", error.message);
  }
}

export function kept(key) {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function stored() {
  try {
    const frames = JSON.parse(kept(KEY) || "[]");
    return Array.isArray(frames) ? frames : [];
  } catch {
    return [];
  }
}
