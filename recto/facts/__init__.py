"""The code of the cards, executed: `collect` and `run_programs` are what other rooms use."""
