#!/usr/bin/env bash
# need: says whether this machine has what a build needs, and if not, how to
# get it on Debian 12. Only reads.
set -u
missing=0
lack() { # what, remedy
	printf '✗ %s\n  remedy:  %s\n' "$1" "$2" >&2
	missing=1
}
have() { command -v "$1" >/dev/null 2>&1; }
# at_least FOUND WANTED: compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

if have go; then
	found=$(go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')
	at_least "$found" 1.26 || lack "go is $found, and 1.26 or later is needed" 'unpack the archive for your machine from https://go.dev/dl into /usr/local and put /usr/local/go/bin on the PATH'
else
	lack 'go is missing (1.26 or later)' 'unpack the archive for your machine from https://go.dev/dl into /usr/local and put /usr/local/go/bin on the PATH'
fi
if have node; then
	found=$(node --version | sed 's/^v//')
	at_least "$found" 20 || lack "node is $found, and 20 or later is needed" 'unpack the archive for your machine from https://nodejs.org/en/download into /usr/local'
else
	lack 'node is missing (20 or later)' 'unpack the archive for your machine from https://nodejs.org/en/download into /usr/local'
fi
have npm || lack 'npm is missing' 'it comes with Node from https://nodejs.org/en/download'
have gcc || lack 'gcc is missing' 'apt-get install gcc libc6-dev'
have git || lack 'git is missing' 'apt-get install git'

free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
[ "$free" -ge 3000 ] || lack "this disk has $free MB free, and a first build needs 3000" 'free some space, or clone onto another disk'

# DuckDB asks the linker for libstdc++.so; Debian's gcc alone brings only
# libstdc++.so.6. A link under the asked name is enough, no C++ is compiled.
if have gcc && [ "$(gcc -print-file-name=libstdc++.so)" = libstdc++.so ]; then
	lib=$(gcc -print-file-name=libstdc++.so.6)
	if [ "$lib" = libstdc++.so.6 ]; then
		lack 'libstdc++ is missing' 'apt-get install libstdc++6'
	else
		mkdir -p .cache/cxx && ln -sf "$(readlink -f "$lib")" .cache/cxx/libstdc++.so
	fi
fi
[ $missing -eq 0 ] && printf '✓ tools\n'
exit $missing
