"""Everything going wrong with the records, on purpose: `benchmarks.soak` runs it, the tests a short form."""
