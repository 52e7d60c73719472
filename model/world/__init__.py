"""Where everything happens: places, routes between them, and the institutions that stand there in a week.

It compiles the network of places to arrays and turns dated policies and shocks into institutions, which agents read.
It knows the registries and the engine. Of agents it reads one count, the compounds at a place (`m.room`), by which
announced raids are spread. The rooms of agents and the start of a run call it.
"""
