#!/usr/bin/env bash
# step NAME [REMEDY] -- COMMAND...: runs one step of a set-up, quietly, and says
# how long it took. A step that takes longer than 5 s says what it waits for; a
# failure shows the command, the end of what it printed, and what to do.
set -u
name=$1 remedy=
shift
if [ "$1" != -- ]; then remedy=$1; shift; fi
shift

mkdir -p .cache/log
log=.cache/log/${name// /-}.log
began=${EPOCHREALTIME/./}

elapsed() { # tenths of a second, as 8.9
	local t=$(((${EPOCHREALTIME/./} - began) / 100000))
	printf '%d.%d' $((t / 10)) $((t % 10))
}

"$@" >"$log" 2>&1 &
work=$!
trap 'kill $work 2>/dev/null; wait $work 2>/dev/null; exit 130' INT TERM

command=$*
if [ -t 1 ]; then # a person watches: one line that counts
	(
		sleep 5 >/dev/null 2>&1
		while kill -0 $work 2>/dev/null; do
			printf '\r\033[K… %s %s s: %.70s' "$name" "$(elapsed)" "$command"
			sleep 1 >/dev/null 2>&1
		done
	) &
else
	(
		sleep 5 >/dev/null 2>&1
		kill -0 $work 2>/dev/null && printf '… %s: waiting for %.100s\n' "$name" "$command"
	) &
fi
watch=$!
wait $work
code=$?
{ kill $watch && wait $watch; } 2>/dev/null
[ -t 1 ] && printf '\r\033[K'

if [ $code -eq 0 ]; then
	printf '✓ %s %s s\n' "$name" "$(elapsed)"
	exit 0
fi
{
	printf '✗ %s after %s s\n' "$name" "$(elapsed)"
	printf '  command: %s\n' "$command"
	printf '  cause:   exit status %d; the end of %s:\n' $code "$log"
	tail -n 30 "$log" | sed 's/^/    /'
	printf '  remedy:  %s\n' "${remedy:-read the lines above; \`make help\` lists what each target does}"
} >&2
exit $code
