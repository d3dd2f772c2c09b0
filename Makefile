# The two commands: `make demo` and `make test`. Each sets up what is missing first.
.PHONY: build test setup
BUILD ?= build

setup:
	python3 deps/stage.py

build: setup
	cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release > /dev/null
	ninja -C $(BUILD)

test: build
	@ctest --test-dir $(BUILD) --output-on-failure > $(BUILD)/tests.log 2>&1; status=$$?; tail -40 $(BUILD)/tests.log; \
	grep -E '^[0-9]+% tests passed' $(BUILD)/tests.log | sed -E 's/.*, ([0-9]+) tests failed out of ([0-9]+)/\1 \2/' | \
	awk '{print $$2-$$1 " passed, " $$1 " failed"}'; exit $$status
