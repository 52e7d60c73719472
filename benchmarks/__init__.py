"""How fast the model is, beside the figures to reach (`speed`) and beside other frameworks (`peers`)."""
