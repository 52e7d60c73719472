"""Operations, the firms, and compounds, the sites that they rent: what earns, learns, moves, closes and is built.

Accounts, outlook on places, vacancies, relocation and founding each have a file. It knows the world and the engine.
It holds nobody by itself: people are moved by the rooms above, which call it.
"""
