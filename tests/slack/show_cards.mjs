// Reads lists of messages (lists of blocks) as JSON, and writes for each the page on which slack-blocks-to-jsx
// shows them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import slack from "slack-blocks-to-jsx";

const style = readFileSync(createRequire(import.meta.url).resolve("slack-blocks-to-jsx/dist/style.css"), "utf8");
const mark = "data:image/svg+xml," + encodeURIComponent(
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 36 36'><rect width='36' height='36' rx='6' fill='#26435c'/>" +
  "<path d='M18 8 29 18h-3v10H10V18H7z' fill='#fff'/></svg>",
);
const shown = (blocks, key) =>
  createElement(slack.Message, { key, name: "Hearth", logo: mark, time: new Date("2026-03-02T09:00:00"), blocks });
// What Slack's own style does and this one leaves out: white space as it was typed, long words broken, rows wrapped.
const own = `
  body { margin: 12px; font-family: Lato, Helvetica, Arial, sans-serif; }
  section { margin-bottom: 16px; max-width: 100%; }
  section > div:last-child { min-width: 0; }
  .slack_blocks_to_jsx--blocks { overflow-wrap: anywhere; }
  .slack_blocks_to_jsx__rich_text_section_element_text { white-space: pre-wrap !important; }
  button { max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
  .slack_blocks_to_jsx__actions > div, .slack_blocks_to_jsx__actions > div > div { max-width: 100%; }
  .slack_blocks_to_jsx__rich_text_section_element { display: block !important; }`;
const page = (messages) => `<!doctype html><meta charset="utf-8"><style>${style}</style><style>${own}</style>
<main>${renderToStaticMarkup(createElement("div", null, messages.map(shown)))}</main>`;
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(page)));
