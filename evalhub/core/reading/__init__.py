"""Read what people send, strictly: text, JSON, JSON lines, CSV and Parquet.

A reader gives back plain JSON values or raises ``BadInput`` (a row that is bad by itself is
yielded as a ``Problem``), whatever bytes it is given.
"""
