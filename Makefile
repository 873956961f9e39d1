# What each target does stands above it. None needs Node but `generate`, and that only for the style sheet.
.DEFAULT_GOAL := run
.PHONY: run build test race bench bench-parts lint generate check fmt golden fuzz db screenshots

# The demo: a private Postgres, the simulated Microsoft cloud and the portal, until Ctrl-C.
run:
	@.ci/need postgres
	@go build -o bin/demo ./cmd/demo
	@exec bin/demo $(ARGS)

# The product, the simulator and the demo as binaries in bin/.
build:
	go build -trimpath -o bin/ ./cmd/tenantry ./cmd/cloudsim ./cmd/demo

# All tests, on a real Postgres and in a real browser. Without them on the machine, those tests say so and are skipped.
test:
	@.ci/need --soft postgres chromium
	go test ./...

# The same under the race detector, in random order. CI looks for races where something is shared; see check.
race:
	@.ci/need --soft postgres chromium
	go test -race -shuffle=on -timeout 60m ./...

# The whole product at 1,000 tenants and 1,000,000 devices, as ratios inside one run, into docs/benchmarks.md. BENCH_SIZE=small takes some
# minutes; BENCH_SDK=1 builds the comparison with Microsoft's SDK, too, which takes some more; BENCH_ALL=1 reads all datasets of all tenants
# and asks for pages of every kind, which takes as long again; BENCH_KEEP=1 leaves the database.
bench:
	@.ci/need postgres
	@mkdir -p bin && go build -o bin/bench ./internal/bench
	@exec bin/bench

# Benchmarks of single parts, by the Go tool. Compare runs on one machine only.
bench-parts:
	@.ci/need postgres
	go test -run '^$$' -bench . -benchmem $(ARGS) ./...

# golangci-lint, which is installed on first use (some minutes, once).
lint:
	@command -v golangci-lint >/dev/null || test -x "$$(go env GOPATH)/bin/golangci-lint" || \
		{ echo "Installing golangci-lint ..."; go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0; }
	PATH="$$PATH:$$(go env GOPATH)/bin" golangci-lint run ./...

# templ's output, and the style sheet where npm ci was run before.
generate:
	go tool templ generate -log-level error
	@if [ -d node_modules ]; then sh web/static/generate.sh; else echo "The style sheet is left as it is: run npm ci to generate it."; fi

# What keeps something between requests, works in the background or is tested by several at once; its tests look for data races, too. The
# simulated Graph is looked at in the tests of the sync, which ask it from many sides. The rooms of the site and the stores of what was read
# keep nothing; the service that puts these together has the whole site compiled once more, which takes a minute: make race has it all.
RACED = ./internal/audit ./internal/brake ./internal/cloudsim ./internal/cloudsim/hunting ./internal/cloudsim/login ./internal/cloudsim/world ./internal/consent ./internal/deviceaction \
	./internal/entra ./internal/graph ./internal/graphsync ./internal/guest ./internal/keyset ./internal/localpg ./internal/mail ./internal/postgres ./internal/provisioning \
	./internal/session ./internal/tenant ./cmd/cloudsim ./web/middleware ./web/search

# The style sheet up to date, formatted, vetted, staticcheck; then all tests, shuffled, and not vetted again. What CI runs, no more and no less.
check:
	.ci/stylesheet
	@test -z "$$(gofmt -l cmd internal web migrations)" || { echo "Not formatted, run make fmt:"; gofmt -l cmd internal web migrations; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 -checks 'SA*,S1*,U1000' ./...
	go test -race -vet=off -shuffle=on $(RACED)
	go test -vet=off -shuffle=on $$(go list ./... | grep -vxF "$$(go list $(RACED))")

# Formats Go and templ.
fmt:
	gofmt -w cmd internal web migrations
	go tool templ fmt web

# Writes the golden pages anew; look at the diff before you commit it.
golden:
	go test $$(grep -rl --include='*_test.go' 'webtest\.Golden' web | xargs -n1 dirname | sort -u | sed 's|^|./|') -update

# The README's pictures, from the demo's own world. With ARGS=-all-shots every page, wide, on a phone and in the dark.
SHOTS ?= docs/screenshots
screenshots:
	@.ci/need postgres chromium
	@mkdir -p $(SHOTS)
	go test ./cmd/demo -count 1 -run '^TestScreenshots$$' -shots $(abspath $(SHOTS)) $(ARGS)

# Each fuzz test for FUZZTIME.
FUZZTIME ?= 10s
fuzz:
	@grep -rl --include='*_test.go' '^func Fuzz' internal web | while read -r file; do \
		for f in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' "$$file"); do \
			echo "$$f in $$(dirname "$$file")"; \
			go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")" </dev/null || exit 1; \
		done; \
	done

# A shell on the demo's database, while the demo runs.
DEMO_DATA ?= $(if $(filter 0,$(shell id -u)),/var/lib,$(or $(XDG_CACHE_HOME),$(HOME)/.cache))/tenantry-demo
db:
	psql "host=$(DEMO_DATA)/pg/run user=portal dbname=tenantry"
