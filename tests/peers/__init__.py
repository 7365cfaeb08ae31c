"""Servers that speak the payment companies' documented contracts on the loopback, for tests and for trying the shop.

They know nothing of the shop's code: what they demand and answer is written from the companies' own documentation.
"""
