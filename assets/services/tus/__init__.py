"""Resumable uploads (tus 1.0.0): what stands in the row is the truth, the file may only be longer.

`control` begins, finds and ends uploads; `leases` says who may write; `metadata` reads what the client wishes;
`hashes` keeps the state of a hash between two requests; `finishing` joins parts and hands whole files over.
"""
