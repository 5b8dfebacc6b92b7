// Checks the HTML mails in a folder: `node check.mjs FOLDER`. Prints what was found, and fails if it is not accepted.

import { readdirSync, readFileSync } from "node:fs";
import { auditEmail } from "@emailens/engine";
import { caniemail } from "caniemail";
import { HtmlValidate } from "html-validate";

const LIMIT = 30_000;
// Windows Mail ended in 2024. Yahoo, Samsung and others are not promised.
const CLIENTS = ["apple-mail.*", "gmail.*", "outlook.windows", "outlook.macos", "outlook.ios", "outlook.android", "outlook.outlook-com"];
const ACCEPTED = new Map([
  ["caniemail: @media", "only dark mode: without it the mail is light"],
  ["caniemail: <style> element", "as above"],
  ["caniemail: <body> element", "it becomes a div: the colors that matter are those of the table"],
  ["emailens: missing-unsubscribe", "no marketing: a scanner that follows such a link would silence a person"],
]);
const rules = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  // Mail programs need inline styles; a subject is longer than a web page's title.
  rules: { "no-inline-style": "off", "long-title": "off" },
});
const found = new Map();

function note(what, where) {
  found.set(what, (found.get(what) ?? new Set()).add(where));
}

for (const file of readdirSync(process.argv[2])) {
  const html = readFileSync(`${process.argv[2]}/${file}`, "utf8");
  if (Buffer.byteLength(html) >= LIMIT) note(`size: ${Buffer.byteLength(html)} bytes`, file);
  for (const [client, issues] of caniemail({ clients: CLIENTS, html }).issues.errors) {
    for (const issue of issues) note(`caniemail: ${issue.title}`, client);
  }
  for (const { messages } of (await rules.validateString(html)).results) {
    for (const message of messages) note(`html-validate: ${message.ruleId}: ${message.message}`, file);
  }
  const report = auditEmail(html);
  for (const warning of report.compatibility.warnings) {
    if (warning.severity === "error") note(`emailens: ${warning.property}`, warning.client);
  }
  for (const part of [report.accessibility, report.links, report.spam]) {
    for (const issue of part.issues.filter(({ severity }) => severity === "error")) note(`emailens: ${issue.rule}`, file);
  }
}

let failed = false;
for (const [what, where] of [...found].sort()) {
  const why = ACCEPTED.get(what);
  failed ||= why === undefined;
  console.log(`${why ? "accepted" : "ERROR"}  ${what} (${[...where].sort().slice(0, 8).join(", ")})${why ? `: ${why}` : ""}`);
}
console.log(failed ? "The mails have errors." : `${readdirSync(process.argv[2]).length} mails are as they must be.`);
process.exit(failed ? 1 : 0);
