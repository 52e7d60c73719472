"""Exit codes of the command line.

0 done; 1 some runs failed or were not done, or `check --strict` found a pattern that does not hold; 2 bad input, nothing
written; 3 the folder is in use, can't be written, holds something else than results, results of another plan or an
unfinished batch, or has too little room; 130 interrupted.
"""

SOME_FAILED, BAD_INPUT, FOLDER, INTERRUPTED = 1, 2, 3, 130
