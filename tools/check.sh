#!/usr/bin/env bash
# check: what a change must pass before it is shown to others: form, vet,
# staticcheck, generated files, module files, types, both flavours, races.
set -u
cd "$(dirname "$0")/.." || exit 2
failed=0
step() { tools/step.sh "$@" || failed=1; }

sources() { git ls-files -co --exclude-standard -- '*.go' 2>/dev/null || find . -name node_modules -prune -o -name '*.go' -print; }
formatted() {
	local wrong
	wrong=$(sources | xargs -r gofmt -l) || return 1
	[ -z "$wrong" ] || { printf 'not as gofmt writes it:\n%s\n' "$wrong"; return 1; }
}
export -f sources formatted

step form 'gofmt -w the files named above' -- bash -c formatted
step linters-built -- go -C tools build -o ../.cache/bin/ honnef.co/go/tools/cmd/staticcheck
step templates 'make generate, and commit the files' -- tools/templates.sh -check
step modules 'go mod tidy, and in tools' -- bash -c 'go mod tidy -diff && go -C tools mod tidy -diff'
step vet -- go vet ./...
step vet-tools -- go -C tools vet ./...
step staticcheck -- .cache/bin/staticcheck ./...
step types 'npx tsc --noEmit shows the same' -- node_modules/.bin/tsc --noEmit
step without-cgo 'CGO_ENABLED=0 go build ./... shows the same; what needs C gets a !cgo twin' -- env GONGDAO_SLOW=1 go test -count=1 -run '^TestBuildsWithoutCgo$' .
# Where goroutines share memory. The rest has no state of its own.
step races -- go test -race -short ./internal/... ./identity/... ./opendata/... ./atlas/...
exit $failed
