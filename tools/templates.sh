#!/usr/bin/env bash
# templates [-check]: writes the Go code of every template, or with -check says
# which is not fresh. A folder at a time, because the code names its template by
# the path from where the generator began.
set -u
cd "$(dirname "$0")/.." || exit 2
mkdir -p .cache/bin
go -C tools build -o ../.cache/bin/ github.com/a-h/templ/cmd/templ || exit 1
stale=0
while read -r dir; do
	full=$(cd "$dir" && pwd)
	.cache/bin/templ generate "$@" -include-version=false -log-level warn -path "$full" -ignore-pattern "^$full/[^/]+/" || stale=1
done < <(find . \( -name node_modules -o -name '.?*' -o -name testdata \) -prune -o -name '*.templ' -printf '%h\n' | sort -u)
exit $stale
