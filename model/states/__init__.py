"""States: the pressure on them, the raids that they plan, leak and carry out.

What people meet in a State's hands afterwards is in `people/`. It may change operations, compounds and people, and only
the week calls it.
"""
