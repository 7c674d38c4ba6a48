"""Is this system ready to fail: seven questions with evidence, what to fix first, may this go out."""
