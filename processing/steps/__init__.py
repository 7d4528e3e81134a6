"""What carries out each step of a job: one module a step, with `run(context)` that returns the step's results.

A step reads `context.source`, writes into `context.scratch` alone, and puts what it made into `context.products`.
It changes nothing else, so that running it again changes nothing either.
"""
