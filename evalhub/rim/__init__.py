"""What pages and API share at the edge: the request's transaction, identity, checks and errors.

``evalhub.web`` and ``evalhub.api`` do not know each other; what both need stands here.
"""
