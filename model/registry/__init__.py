"""What there is, declared once: parameters, levers, institutions, outcomes, life course, streams, mechanisms.

Tables of named rows, from which validation, listings, priors, sensitivity, report and documentation are drawn.
They import the standard library alone and know nothing of the code that acts on them, so that anybody may read them
at no cost: the model, the layers above, and the tests.
"""
