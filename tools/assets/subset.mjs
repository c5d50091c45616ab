// Cuts a font down to some characters and writes it as WOFF2.
// Usage: node subset.mjs FONT.ttf OUT.woff2 < characters
import { readFile, writeFile } from "node:fs/promises";
import { stdin, argv } from "node:process";
import subset from "subset-font";

let text = "";
for await (const part of stdin.setEncoding("utf8")) text += part;
const [, , font, out] = argv;
await writeFile(out, await subset(await readFile(font), text, { targetFormat: "woff2", noHinting: true }));
