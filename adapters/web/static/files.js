// Files to be sent: chosen, uploaded at once, listed until the message goes out.

import { say } from "./log.js";

const LARGEST = 20 * 1024 * 1024;
const MOST = 10;
const button = document.getElementById("attach");
const field = document.getElementById("files");
const list = document.getElementById("attached");

export class Files {
  // onError gets a text for the person, empty where the last one is out of date.
  constructor(onError) {
    this.onError = onError;
    this.waiting = []; // {id, name, media, size, box}; without an id it is still on its way
    button.addEventListener("click", () => field.click());
    field.addEventListener("change", () => {
      const chosen = Array.from(field.files);
      field.value = ""; // the same file may be chosen again
      this.add(chosen);
    });
  }

  // Those that are uploaded, as they are sent.
  get sent() {
    return this.waiting.filter(({ id }) => id).map(({ box, ...file }) => file);
  }

  get onTheWay() {
    return this.waiting.some(({ id }) => !id);
  }

  async add(chosen) {
    const errors = [];
    for (const file of chosen) {
      if (this.waiting.length >= MOST) errors.push(`“${file.name}” was not attached: ${MOST} files are the most.`);
      else if (!file.size) errors.push(`“${file.name}” is empty.`);
      else if (file.size > LARGEST) errors.push(`“${file.name}” is larger than 20 MB.`);
      else this.upload(file, errors);
    }
    this.onError(errors.join(" "));
  }

  async upload(file, errors) {
    const entry = { id: "", name: file.name, media: file.type, size: file.size };
    entry.box = this.listed(entry);
    this.waiting.push(entry);
    try {
      const headers = { "X-File-Name": encodeURIComponent(file.name), "Content-Type": "application/octet-stream" };
      const answer = await fetch("/file", { method: "POST", body: file, headers });
      if (!answer.ok) throw new Error(await answer.text());
      Object.assign(entry, await answer.json());
      entry.box.removeAttribute("aria-busy");
      say(`${entry.name} is attached.`);
    } catch (error) {
      this.remove(entry);
      const lost = error instanceof TypeError; // what fetch throws where there is no connection
      errors.push(lost ? `“${file.name}” did not get through. Please choose it again.` : error.message);
      this.onError(errors.join(" "));
    }
  }

  // What was not recorded is listed again.
  giveBack(files) {
    for (const file of files) {
      const entry = { ...file };
      entry.box = this.listed(entry);
      entry.box.removeAttribute("aria-busy");
      this.waiting.push(entry);
    }
  }

  clear() {
    for (const entry of [...this.waiting]) this.remove(entry);
  }

  remove(entry) {
    this.waiting = this.waiting.filter((other) => other !== entry);
    entry.box.remove();
    list.hidden = !this.waiting.length;
  }

  listed(entry) {
    const box = document.createElement("li");
    box.setAttribute("aria-busy", "true");
    const name = document.createElement("span");
    name.dir = "auto";
    name.textContent = entry.name;
    const out = document.createElement("button");
    out.type = "button";
    out.className = "button out";
    out.textContent = "Remove";
    out.setAttribute("aria-label", `Remove ${entry.name}`);
    out.addEventListener("click", () => {
      this.remove(entry);
      this.onError("");
      button.focus(); // its own is gone
    });
    box.append(name, out);
    list.append(box);
    list.hidden = false;
    return box;
  }
}
