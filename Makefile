# A small front for CMake: make, make demo, make check, make install.
PRESET ?= release
BUILD := build/$(PRESET)

.PHONY: all deps check demo bench install clean

all: deps $(BUILD)/build.ninja
	@cmake --build $(BUILD)

deps:
	@tools/install-deps

$(BUILD)/build.ninja:
	@cmake --preset $(PRESET) >/dev/null

demo: all
	@tools/demo $(BUILD)

check: $(BUILD)/build.ninja.check
	@tools/check $(BUILD)

$(BUILD)/build.ninja.check:
	@tools/install-deps --tests
	@cmake --preset $(PRESET) >/dev/null

.PHONY: $(BUILD)/build.ninja.check

install: all
	@cmake --install $(BUILD)

clean:
	rm -rf build
