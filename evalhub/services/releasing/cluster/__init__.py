"""Make the pages of a release on the machines of a Dask cluster; see ADR 0050."""
