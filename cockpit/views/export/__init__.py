"""An incident told to people who were not there: Markdown, one HTML file, JSON; and impact for everybody."""
