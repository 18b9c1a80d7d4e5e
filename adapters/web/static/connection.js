// The way to the server: opens it, notices when it is lost, tries again with growing pauses, then stops.

const PAUSES = [500, 1000, 2000, 4000, 8000, 15000, 30000];
const TRIES = 20; // about eight minutes

export class Connection {
  // onFrame gets each frame; onState gets "open", "lost" or "stopped", each once per change.
  constructor({ onFrame, onState }) {
    this.onFrame = onFrame;
    this.onState = onState;
    this.epoch = "";
    this.seen = 0;
    this.socket = null;
    this.state = "new";
    this.reason = ""; // what the server said when it turned the page away
    this.tries = 0;
    this.timer = 0;
    window.addEventListener("online", () => this.tryNow());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.tryNow();
    });
  }

  async open() {
    clearTimeout(this.timer);
    this.opening = true;
    try {
      const answer = await fetch("/conversation", { method: "POST" });
      this.reason = answer.ok ? "" : await answer.text();
      if (!answer.ok) throw new Error(this.reason);
    } catch {
      this.opening = false;
      this.lost();
      return;
    }
    const url = new URL("/chat", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("epoch", this.epoch);
    url.searchParams.set("after", this.seen);
    this.socket = new WebSocket(url);
    this.socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    this.socket.onclose = () => this.lost();
    this.opening = false;
  }

  receive(frame) {
    if (frame.type === "welcome") {
      const restarted = this.epoch !== "" && this.epoch !== frame.epoch;
      if (this.epoch !== frame.epoch) this.seen = 0;
      this.epoch = frame.epoch;
      this.tries = 0;
      this.onFrame({ ...frame, restarted });
      this.become("open");
      return;
    }
    if (frame.seq) {
      if (frame.seq <= this.seen) return; // sent again, and seen already
      this.seen = frame.seq;
    }
    this.onFrame(frame);
  }

  send(frame) {
    if (this.state === "open") this.socket.send(JSON.stringify(frame));
  }

  lost() {
    this.socket = null;
    if (this.tries >= TRIES) {
      this.become("stopped");
      return;
    }
    const pause = PAUSES[Math.min(this.tries, PAUSES.length - 1)];
    this.tries += 1;
    this.become("lost");
    this.timer = setTimeout(() => this.open(), pause * (0.8 + 0.4 * Math.random()));
  }

  // Someone asks for it, or the device woke up: do not wait for the pause to end.
  tryNow() {
    if (this.socket || this.opening || this.state === "new") return;
    this.tries = 0;
    this.open();
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.onState(state);
  }
}
