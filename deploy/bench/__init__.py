"""How fast the API is, beside the fastest thing that could answer the same question. `README.md` says how to
run it.
"""
