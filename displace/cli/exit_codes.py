"""Exit codes of the command line.

0 done; 1 some runs failed or were not done, or `check --strict` found a pattern that does not hold; 2 bad input,
nothing written; 3 the folder is in use, can't be written, has too little room, or holds something other than results,
results of another plan or an unfinished batch; 130 interrupted.
"""

SOME_FAILED, BAD_INPUT, FOLDER, INTERRUPTED = 1, 2, 3, 130
