"""Commands for commissioners: services, coverage, the lottery, gap reports, cases."""
