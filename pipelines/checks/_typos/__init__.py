"""What the check of 错字漏字 knows."""

import os

# before numpy is imported: a worker is one of many, and its small matrices gain nothing by more threads
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
