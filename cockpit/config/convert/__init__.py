"""What files declare, turned into core values; names that lead nowhere are complained about elsewhere."""
