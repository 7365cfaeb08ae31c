# What a newcomer needs. Everything stays inside this folder; scripts/setup brings the Python packages.

.PHONY: help demo down test journeys faults lint described prove bench screenshots

help:
	@echo "make demo   the whole bookshop on this machine, in the foreground (ports: SHOP_PORT, STORE_PORT, MAIL_PORT)"
	@echo "make down   stop a demo that runs elsewhere"
	@echo "make test   every check and every test"
	@echo "make journeys  the browser's journeys in every window, also those that make test leaves out"
	@echo "make faults  the fault tests, also the long one that make test leaves out: a store put back to an older state"
	@echo "make lint   style and the arrows between packages"
	@echo "make described  the descriptions of both APIs against hundreds of made-up requests to each door (API_CASES=200)"
	@echo "make bench  the figures of the README on this machine (ONLY=road,live,import,pages,throughput,feeds,packing,books,api ORDERS= BOOKS= ROWS= PRODUCTS=)"
	@echo "make screenshots  the pictures of docs/screenshots (BOOKSHOP_CARD= a demo that runs)"
	@echo "make prove  break every part while orders flow, then check everything (ORDERS=1000 SEED= FAULTS=all MUTANT= ENGINE=processes|compose)"

demo:
	@scripts/setup
	@scripts/demo

down:
	@scripts/demo down

test:
	@scripts/setup
	@scripts/check

journeys:
	@scripts/setup
	@JOURNEYS=all scripts/check journeys

faults:
	@scripts/setup
	@FAULT_TESTS=all DEBUG=0 .venv/bin/pytest -q tests/faults

lint:
	@scripts/setup
	@scripts/check lint

described:
	@scripts/setup
	@for one in shop store; do \
	  API_CASES=$${API_CASES:-200} DEBUG=0 SECRET_KEY=only-for-tests-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx \
	  scripts/services exec --only postgres --as $$one -- \
	  sh -c "cd services/$$one && ../../.venv/bin/pytest -q tests/api/test_as_described.py" || exit 1; done

prove:
	@scripts/setup
	@scripts/prove

bench:
	@scripts/setup
	@scripts/bench

screenshots:
	@scripts/setup
	@scripts/screenshots
