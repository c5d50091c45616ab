# What people type. `make help` lists it; the work is done by tools/*.sh, the
# asset builder in tools/assets, and the go command.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# A clone that git does not trust (another owner) builds all the same.
VCS := $(shell git status >/dev/null 2>&1 && echo auto || echo false)
# Where gcc stands alone, the linker finds libstdc++ under .cache (tools/need.sh).
ifeq ($(shell gcc -print-file-name=libstdc++.so 2>/dev/null),libstdc++.so)
export CGO_LDFLAGS := -O2 -g -L$(CURDIR)/.cache/cxx
endif

STEP := tools/step.sh
NPM := npm ci --ignore-scripts --no-audit --no-fund
OFFLINE := the packages come from the npm registry: check the network or the proxy, then run make again
# What the assets are made of; the builder makes only what changed.
ASSET_SOURCES := package-lock.json $(shell find . \( -name node_modules -o -name '.?*' -o -name dist -o -name testdata \) -prune -o -type f \( \
	-name '*.scss' -o -name '*.ts' -o -path '*/text/*.toml' -o -path '*/ui/static/*' -o -path './tools/assets/*' \) -print)

.PHONY: help demo test build check dev bench e2e screenshots generate conformance clean tools

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## set up, build, and run the demonstration on 127.0.0.1:8080 (options in DEMO="…")
	@bin/gongdao demo $(DEMO)

test: build conformance ## set up, build, and run every test
	@tools/test.sh -timeout 20m

build: tools node_modules/.package-lock.json internal/web/dist/manifest.json seed/postal-codes.csv ## set up, and build bin/gongdao
	@$(STEP) gongdao 'the modules come from the Go module proxy: check the network or GOPROXY, then run make again' -- \
		go build -buildvcs=$(VCS) -ldflags='-s -w' -o bin/gongdao ./cmd/gongdao

check: tools node_modules/.package-lock.json internal/web/dist/manifest.json seed/postal-codes.csv ## gofmt, vet, staticcheck, generated files, types, both flavours, races
	@tools/check.sh

dev: build ## the demonstration, built and started again when a source changes
	@tools/dev.sh $(DEMO)

bench: build ## measure ours beside its peers, one JSON object a line
	@for name in platform opendata; do bin/gongdao bench $$name --json || exit 1; done

e2e: build conformance ## every page in a browser, kill runs, both engines: the long suite
	@GONGDAO_SLOW=1 tools/test.sh -timeout 60m

screenshots: build ## take the pictures of docs/guide/img from the demonstration
	@go -C tools run ./screenshots -out ../docs/guide/img

generate: tools ## write the Go code of the templates
	@$(STEP) templates -- tools/templates.sh

conformance: conformance/node_modules/.package-lock.json ## install the foreign clients that judge our interfaces

clean: ## remove what was built and fetched here, never data
	rm -rf bin .cache node_modules conformance/node_modules
	find internal/web/dist seed -mindepth 1 ! -name .gitkeep -delete

tools:
	@tools/need.sh

node_modules/.package-lock.json: package.json package-lock.json | tools
	@$(STEP) packages '$(OFFLINE)' -- $(NPM)
	@touch $@

conformance/node_modules/.package-lock.json: conformance/package.json conformance/package-lock.json | tools
	@$(STEP) clients '$(OFFLINE)' -- $(NPM) --prefix conformance
	@touch $@

seed/postal-codes.csv: tools/seeds.sh node_modules/.package-lock.json
	@$(STEP) seeds -- tools/seeds.sh

# Boundaries and postal codes, embedded so that a fresh installation has a map.
seed/boundaries.json.gz: tools/seeds.sh node_modules/.package-lock.json
	@$(STEP) seeds -- tools/seeds.sh

internal/web/dist/manifest.json: $(ASSET_SOURCES) node_modules/.package-lock.json
	@$(STEP) assets -- go -C tools run ./assets -root ..
	@touch $@
