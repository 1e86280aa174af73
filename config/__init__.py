"""The roof: settings, addresses, the API, jobs and their schedule. The only package that knows all the
others.
"""
