#!/usr/bin/env bash
# test [ARGUMENTS of go test]: runs every test, then says which outside judges
# were asked. The log has a fresh name each time, so that a result from the
# cache of go test never counts as a judge that ran.
set -u
mkdir -p .cache/judges
find .cache/judges -type f -mtime +2 -delete
log=$PWD/.cache/judges/$(date +%Y%m%dT%H%M%S)-$$.log
: >"$log"
export GONGDAO_JUDGES_LOG=$log
[ -x bin/gongdao ] && export GONGDAO_BIN=$PWD/bin/gongdao

code=0
go test "$@" ./... || code=$?
go -C tools test -timeout 30m "$@" ./... || code=$? # with the pages in a browser

ci=
[ -n "${GONGDAO_CI:-}" ] && ci=-ci
go run ./conformance/report $ci "$log" || code=1
exit $code
