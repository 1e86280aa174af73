"""The demo organization: a believable Bulgarian company, told by the product's own operations.

Deterministic (one seeded generator), dated relative to today. Every name is invented, mail ends in
`.example`, and every EIK starts with 999, a range that the register has not reached.
"""
