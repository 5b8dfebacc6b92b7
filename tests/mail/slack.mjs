// Draws a Slack message, which it reads from its input, as an HTML document: `node slack.mjs light|dark`.

import { readFileSync } from "node:fs";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Message } from "slack-blocks-to-jsx";

const theme = process.argv[2];
const STYLE = readFileSync(new URL("node_modules/slack-blocks-to-jsx/dist/style.css", import.meta.url), "utf8");
const NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const BACKGROUND = { light: "#ffffff", dark: "#1a1d21" };

// The library takes `:aws:` for an emoji also where a text says that it has none. Slack does not. This colon looks the same.
function withoutEmoji(name, value) {
  return value?.type === "plain_text" && value.emoji === false ? { ...value, text: value.text.replaceAll(":", "\ua789") } : value;
}

const { blocks } = JSON.parse(readFileSync(0, "utf8"), withoutEmoji);
const message = createElement(Message, {
  blocks,
  theme,
  name: "kms-reprieve",
  logo: NOTHING,
  time: new Date("2026-11-22T14:55:00Z"),
  data: { users: [], channels: [], user_groups: [{ id: "S0456", name: "team-orders" }] },
});
console.log(
  `<!DOCTYPE html><meta charset="utf-8"><style>${STYLE}</style>` +
    `<body style="margin:0;padding:8px;background:${BACKGROUND[theme]}">${renderToStaticMarkup(message)}`,
);
