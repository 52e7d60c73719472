"""How fast the model is, beside the figures to reach (`speed`) and other frameworks (`peers`), and whether a change
leaves every result as it was (`same_bytes`). Nothing in the product imports it.
"""
