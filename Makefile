# SPDX-License-Identifier: Apache-2.0
#
# The one door to dnvme. A comment after two hashes makes a line of `make help`.

KDIR ?=#        a kernel build directory, instead of those of both stock kernels
KERNEL ?= 6.12#  the stock kernel of `make vm`: 6.1 or 6.12; `make bench`: both, or this
STEPS ?=#       what `make check` runs, instead of everything
SOAK  ?=#       what `make soak` runs, such as fence-6.12, instead of everything
JOBS  ?= $(shell nproc)

clang      := $(findstring clang,$(notdir $(CXX)))
user-build := build/user$(if $(clang),-clang)
# On both stock kernels and with a report, unless one is named.
bench-options := $(if $(filter file,$(origin KERNEL)),--report,--kernel $(KERNEL))

export DESTDIR RELEASE
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16
	@echo
	@echo "Variables:"
	@sed -n 's/^\([A-Z]*\) *?=[^#]*# */\1\t/p' Makefile | expand -t 16
	@echo "CXX             the C++ compiler; clang++ builds in build/user-clang"

setup: ## install the Debian packages that are missing, fetch kernel headers (root or sudo)
	@tools/setup/install-packages
	@tools/setup/stock-kernel fetch

# A warning is an error with the compiler that the stock kernels come with, not with every other.
modules: setup ## build the kernel modules for both stock kernels, or for KDIR=
ifdef KDIR
	@$(MAKE) -C kernel modules KDIR=$(KDIR) -j$(JOBS)
else
	@set -e; kdirs=$$(tools/setup/stock-kernel kdirs); for kdir in $$kdirs; do \
		echo "modules for $$kdir"; \
		$(MAKE) -C kernel modules KDIR=$$kdir KCFLAGS=-Werror -j$(JOBS); \
	done
endif

configure-user: setup
	@cmake -S user -B $(user-build) -G Ninja -DCMAKE_CXX_COMPILER=$(CXX) --log-level=WARNING

user: configure-user ## build dnvmed and dnvmectl, and their tests
	@cmake --build $(user-build) --parallel $(JOBS)

programs: configure-user ## build dnvmed and dnvmectl only
	@cmake --build $(user-build) --parallel $(JOBS) --target dnvmed dnvmectl

install: ## install what was built, for the running kernel (as root; DESTDIR=, RELEASE=)
	@tools/setup/install-dnvme

vm: modules programs ## a shell in a virtual machine that has the modules and programs (KERNEL=)
	@tools/testing/vm/dnvme-vm shell --kernel $(KERNEL)

demo: modules programs ## a volume used by a host while its node loses its daemon and its power
	@tools/testing/cluster/demo

unit: user ## run the C++ unit and golden tests
	@ctest --test-dir $(user-build) --output-on-failure --parallel $(JOBS)

kunit: setup ## run the KUnit suites of the modules in a virtual machine, with line coverage
	@tools/testing/vm/dnvme-vm kunit

selftests: ## run the tests of the modules in virtual machines, on both stock kernels
	@tools/testing/run-check selftests-6.1 selftests-6.12

lint: ## run the lint set
	@tools/testing/run-check lint

check: ## run every test: builds, lint, unit tests, tests in virtual machines (STEPS=)
	@tools/testing/run-check $(STEPS)

bench: bench-kernel bench-fence bench-failover ## what dnvme costs (KERNEL=)

bench-kernel: modules ## count the instructions of a write (KERNEL=)
	@tools/testing/bench/bench-kernel $(bench-options)

bench-fence: modules configure-user ## time fences beside stock device-mapper (KERNEL=)
	@cmake --build $(user-build) --parallel $(JOBS) --target dnvme_fence_bench
	@tools/testing/bench/bench-fence $(bench-options)

bench-failover: modules ## time failovers of one head and of 64 (KERNEL=)
	@tools/testing/bench/bench-failover $(bench-options)

bench-placement: configure-user ## time the placement of a volume among 100000
	@cmake --build $(user-build) --parallel $(JOBS) --target dnvme_placement_bench
	@tools/testing/bench/bench-placement

soak: modules programs ## run what takes too long for check, and record it in Documentation/evidence
	@tools/testing/soak $(SOAK)

clean: ## remove everything that was built (the cache stays)
	rm -rf build

.PHONY: help setup modules configure-user user programs install vm demo unit kunit selftests lint check bench bench-kernel bench-fence bench-failover bench-placement soak clean
