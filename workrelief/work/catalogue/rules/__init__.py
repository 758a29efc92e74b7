"""Reading a bill of works, finding labour links for it, and estimating person-days and pay: pure functions.

units      units of work and quantities as people write them
bill       pasted text → lines
words      the dictionary of construction words
matching   lines → labour links, with words and a score
estimate   quantity, quota and rate → person-days and pay
"""
