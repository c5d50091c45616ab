#!/usr/bin/env bash
# dev [OPTIONS of demo]: runs the demonstration with data that stays, and when a
# source changes writes the templates and assets anew, builds, and starts again.
set -u
mkdir -p .cache/dev
stamp=.cache/dev/stamp
go -C tools run ./assets -root .. -watch &
assets=$!
portal=

start() {
	bin/gongdao demo --data .cache/dev/data "$@" &
	portal=$!
}
stop() { [ -n "$portal" ] && kill "$portal" 2>/dev/null && wait "$portal"; }
trap 'stop; kill $assets 2>/dev/null; exit 0' INT TERM

# changed NAMES...: the first source newer than the stamp.
changed() {
	local names=()
	for n in "$@"; do names+=(-o -name "$n"); done
	find . \( -name node_modules -o -name .git -o -name .cache -o -name bin \) -prune \
		-o -type f -newer "$stamp" \( "${names[@]:1}" \) -print -quit
}

touch "$stamp"
start "$@"
while sleep 0.5; do
	if template=$(changed '*.templ') && [ -n "$template" ]; then
		tools/templates.sh || touch "$stamp"
	fi
	if source=$(changed '*.go' '*.toml' '*.sql' manifest.json) && [ -n "$source" ]; then
		touch "$stamp"
		printf '… %s changed\n' "$source"
		if tools/step.sh gongdao -- go build -o bin/gongdao ./cmd/gongdao; then
			stop
			start "$@"
		fi
	fi
done
