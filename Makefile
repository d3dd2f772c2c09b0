# The two commands: `make demo` and `make test`. Each sets up what is missing first, and can be repeated.
BUILD ?= build
PYTHON ?= python3
PURPOSE ?= build
SETUP = $(PYTHON) deps/stage.py
COMPILE = $(PYTHON) tools/build.py

.PHONY: help demo test build setup check format tidy asan tsan ubsan fuzz ollama-test llama-test bench classifier pictures notice clean distclean
.DEFAULT_GOAL := help

help:
	@echo 'make demo       sets everything up, builds, processes a demo session, shows its results'
	@echo 'make test       sets everything up, builds, runs all tests and checks'
	@echo 'make build      the programs alone; ./$(BUILD)/skald is the one to start'
	@echo 'make setup      packages, libraries and models alone'
	@echo 'make check      reports what is set up and what is missing; changes nothing'
	@echo 'make format     formats the C++ sources          make tidy      clang-tidy on them'
	@echo 'make asan       tests under address and undefined-behaviour sanitizers'
	@echo 'make tsan       tests under the thread sanitizer   make ubsan    under that for undefined behaviour alone'
	@echo 'make fuzz       the fuzzers, FUZZ_SECONDS each (60)'
	@echo 'make ollama-test  builds a real Ollama and runs the tests that talk to it'
	@echo 'make llama-test   fetches llama.cpp'"'"'s server and runs the tests that talk to it'
	@echo 'make bench      the benchmarks                   make notice    writes NOTICE from deps/manifest.json'
	@echo 'make classifier trains the classifier on data/classification and writes its report'
	@echo 'make pictures   the pictures of the pages, from the demo session'
	@echo 'make clean      removes the build folders        make distclean and also what was downloaded and prepared'

demo: PURPOSE = demo
demo: build
	@examples/demo.sh $(BUILD)

build: setup
	@$(COMPILE) $(BUILD) programs
	@[ $(BUILD) = build ] || ln -sfn $(BUILD)/skald skald

setup:
	@$(SETUP) --for $(PURPOSE)

test:
	@$(SETUP) --for test || { echo '0 passed, 1 failed'; exit 1; }
	@$(PYTHON) tools/run_tests.py --build $(BUILD) --sanitized asan=$(BUILD)-asan

check:
	@$(SETUP) --for test --check

asan tsan ubsan:
	@$(SETUP) --for test
	@$(PYTHON) tools/run_tests.py --sanitized $@=$(BUILD)-$@

fuzz:
	@$(SETUP) --for test
	@$(PYTHON) tools/run_tests.py --sanitized fuzz=$(BUILD)-fuzz --fuzz-seconds $(or $(FUZZ_SECONDS),60)

ollama-test: setup
	@$(COMPILE) $(BUILD) ollama_test
	@tools/ollama_tests $(BUILD)

llama-test: setup
	@$(SETUP) --only smollm2 --only llama-server
	@$(COMPILE) $(BUILD) programs
	@tools/llama_tests $(BUILD)

format:
	@$(SETUP) --for test
	@tools/check_format --fix

tidy:
	@$(SETUP) --for tidy
	@$(COMPILE) $(BUILD)-tidy --preset tidy --no-build
	@tools/tidy $(BUILD)-tidy $(FILES)

bench:
	@$(SETUP) --for bench
	@$(COMPILE) $(BUILD)
	@bench/run.sh $(BUILD)

classifier:
	@$(SETUP) --for train
	@$(COMPILE) $(BUILD) skald_train_classifier
	@tools/dialogue/classifier.sh $(BUILD)

pictures: PURPOSE = test
pictures: build
	@SKALD_BUILD=$(abspath $(BUILD)) $(PYTHON) -B tests/web/pictures.py

notice:
	@$(PYTHON) deps/notice.py

clean:
	rm -rf build build-* skald

distclean: clean
	@$(SETUP) --remove
