# What a newcomer needs. Everything stays inside this folder; scripts/setup brings the Python packages.

.PHONY: help demo down test journeys lint prove bench screenshots

help:
	@echo "make demo   the whole bookshop on this machine, in the foreground (ports: SHOP_PORT, STORE_PORT, MAIL_PORT)"
	@echo "make down   stop a demo that runs elsewhere"
	@echo "make test   every check and every test"
	@echo "make journeys  the browser's journeys in every window, also those that make test leaves out"
	@echo "make lint   style and the arrows between packages"
	@echo "make bench  the figures of the README on this machine (ONLY=road,import,pages,throughput,feeds,packing,books ORDERS= BOOKS= ROWS= PRODUCTS=)"
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

lint:
	@scripts/setup
	@scripts/check lint

prove:
	@scripts/setup
	@scripts/prove

bench:
	@scripts/setup
	@scripts/bench

screenshots:
	@scripts/setup
	@scripts/screenshots
