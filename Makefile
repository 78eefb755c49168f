# The habits of this project. Every target works from a clean clone, as root or with sudo; the work is done in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test fuzz test-systemd check format proto bench docs install deb

PREFIX ?= /usr/local
UPSTREAM ?= model
SECONDS ?= 60

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 26

run: ## see it work: three programs ask a small real model (UPSTREAM=sim: simulated, UPSTREAM=openai: with OPENAI_API_KEY)
	@scripts/run '$(UPSTREAM)'

test: ## build, and run every test suite
	@scripts/test

fuzz: ## fuzz what reads bytes of others, a minute each (SECONDS=600: ten)
	@scripts/fuzz --seconds '$(SECONDS)'

test-systemd: ## build the packages and prove them on a booted Debian (root; skipped with the reason where that is not possible)
	@scripts/test-systemd

check: ## check format, imports, generated files, documents and the rules of the code
	@scripts/check

format: ## format the Swift code
	@scripts/format

proto: ## write the generated files anew from proto/ (C, Swift, Python, test vectors)
	@scripts/proto

bench: ## measure (release build), results as Markdown and JSON
	@scripts/bench

docs: ## write the generated pages anew: docs/configuration.md, the table in docs/resilience.md
	@scripts/docs

install: ## build for release and install below PREFIX (/usr/local); DESTDIR is honoured
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' scripts/install

deb: ## build the Debian packages into dist/
	@scripts/deb
