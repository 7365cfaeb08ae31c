"""The proof: orders flow through a system of its own while every part of it is broken, and at rest nothing is wrong.

`make prove` runs it. plan.py says what will be broken, nemesis.py breaks it, shoppers.py and packers.py keep the orders
flowing, checks/ looks at both databases and the mailbox, report.py tells. mutants.py takes guards out, to show that
the proof would notice.
"""
