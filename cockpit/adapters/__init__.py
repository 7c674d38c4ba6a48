"""The outside world behind ports; thin, and the place where its errors become ours."""
