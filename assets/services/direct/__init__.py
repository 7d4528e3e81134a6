"""Bytes that go from the client straight into the bucket: signed by the portal, judged and accepted by it, but never
passing through it.

`multipart` is for files of any size that are resumed part by part, `single` for one PUT of a simple client.
"""
