# Everything here can be typed by hand; the targets only save typing.
STAKEOUT = go run ./cmd/stakeout
PRESET ?= dos-short

.PHONY: help run test bench profile lint figures figures-quick paper-numbers paper nightly

help:
	@echo 'make run [PRESET=dos-short]   run one preset'
	@echo 'make test                     all quick tests'
	@echo 'make bench                    benchmarks, ten rounds, summarised'
	@echo 'make profile                  a new profile for the compiler, after a large change'
	@echo 'make lint                     what .ci/run checks, without the tests'
	@echo 'make figures                  every figure and table of the paper, an hour and a half'
	@echo 'make figures-quick            the same from fewer seeds, minutes'
	@echo 'make paper-numbers            a TeX macro for every number of the text'
	@echo 'make paper                    the paper itself, from figures-quick; needs LaTeX'
	@echo 'make nightly                  the long checks'

run:
	$(STAKEOUT) run $(PRESET)

test:
	go test ./...

bench:
	cd .ci/tools && go build -o ../bin/ golang.org/x/perf/cmd/benchstat
	go test -run '^$$' -bench . -count 10 ./market/... ./mechanisms/... ./experiments/sim/... | tee bench.txt
	.ci/bin/benchstat bench.txt

profile:
	go test ./experiments -run '^$$' -bench Matrix -benchtime 1x -o .ci/bin/experiments.test -cpuprofile cmd/stakeout/default.pgo

lint:
	.ci/run lint

figures:
	$(STAKEOUT) figures all

figures-quick:
	$(STAKEOUT) figures --quick

paper-numbers:
	$(STAKEOUT) figures --quick numbers

paper: figures-quick
	cd experiments/publish/paper && latexmk -pdf -interaction=nonstopmode -halt-on-error -outdir=../../../results/paper-quick paper.tex

nightly:
	.ci/nightly
