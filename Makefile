# Everything here can be typed by hand; the targets only save typing.
STAKEOUT = go run ./cmd/stakeout
PRESET ?= dos-short

.PHONY: help run test bench lint figures nightly

help:
	@echo 'make run [PRESET=dos-short]   run one preset'
	@echo 'make test                     all quick tests'
	@echo 'make bench                    benchmarks, ten rounds, summarised'
	@echo 'make lint                     what .ci/run checks, without the tests'
	@echo 'make figures                  run every preset: all tables and figures'
	@echo 'make nightly                  the long checks'

run:
	$(STAKEOUT) run $(PRESET)

test:
	go test ./...

bench:
	cd .ci/tools && go build -o ../bin/ golang.org/x/perf/cmd/benchstat
	go test -run '^$$' -bench . -count 10 ./market/... ./mechanisms/... ./experiments/sim/... | tee bench.txt
	.ci/bin/benchstat bench.txt

lint:
	.ci/run lint

figures:
	go build -o .ci/bin/ ./cmd/stakeout
	set -e; for f in experiments/presets/*.yaml; do .ci/bin/stakeout run $$(basename $$f .yaml); done

nightly:
	.ci/nightly
