"""Who is held, where they come from, and the children and families behind them."""
