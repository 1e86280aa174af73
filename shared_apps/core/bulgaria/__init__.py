"""What is particular to Bulgaria: identifiers, the official transliteration, amounts in words.

eik, vat, iban    normalize and check the numbers that a firm writes on its papers
transliteration   Cyrillic to Latin by the law of 2009, and subdomains made from names
folding           one shape for whatever is searched: the column and the query
words             amounts spelled out, in Bulgarian and English
"""
