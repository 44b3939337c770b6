"""The market maths as pure functions: prices, fills, arbitrage, liquidity and payouts."""
