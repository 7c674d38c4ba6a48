"""What was rehearsed: which parts of a runbook are walked, which are proven, and by whom."""
