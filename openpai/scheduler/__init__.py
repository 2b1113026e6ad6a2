"""Which node each task of a gang gets, or why the gang waits. Pure, and knows nothing of ours."""
