// Writes web/static/icons.svg: the Fluent System Icons (20 regular) that web/ui/icons.txt names, each a symbol of that name.
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
const names = readFileSync(new URL("web/ui/icons.txt", root), "utf8").split(/\s+/).filter(Boolean).sort();
const symbols = names.map((name) => {
  const svg = readFileSync(new URL(`node_modules/@fluentui/svg-icons/icons/${name}_20_regular.svg`, root), "utf8");
  const body = svg.replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  if (/<script|on\w+=|https?:/.test(body)) throw new Error(`${name}: not a plain icon`);
  return `<symbol id="${name}" viewBox="0 0 20 20">${body}</symbol>\n`;
});
writeFileSync(
  new URL("web/static/icons.svg", root),
  `<svg xmlns="http://www.w3.org/2000/svg">\n<!-- Fluent System Icons, Copyright (c) 2020 Microsoft Corporation, MIT licence. -->\n${symbols.join("")}</svg>\n`,
);
