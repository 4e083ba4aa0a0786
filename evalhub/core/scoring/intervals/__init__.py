"""Say how precise an estimate is: standard errors by cluster, intervals, ranks, differences."""
