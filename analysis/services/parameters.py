"""What jobs know of the orders behind them."""

NAMED = "analysis_order"
"""The parameter of a first job, by which an order for a file that is still to be fetched is found again."""

DONE_BY = "analyses"
"""The parameter of a job that says which types each of its steps does."""

SAMPLED = "captures"
"""In the summary of an analysis: at how many single pictures it has looked, instead of at the whole film."""

LABELS = "keyframe_labels"
"""The step that labels captured key frames."""

DOOR = "quick_check"
"""The step that looks at a few pictures before anything is published."""
