"""Every system call by which a program reaches the disk, as a fault that strikes it; see tools/soak.sh.

strace makes it fail (`-e inject`). It counts the calls of each thread apart, so that a fault with a number strikes the
call of that number in every thread; to strike few at a time, faults are about one file (`-P`), but for the disk that is
full from some call on, for all files. What is swept are the calls of an undisturbed run on files of a directory: a sample
of them, all with LIUHEN_SOAK=1.
"""

import os
import random
import re
import signal
import time
import unittest

from programs import scratch
from tracing import Strace

SOAK = os.environ.get("LIUHEN_SOAK") == "1"
SAMPLE = 10  # faults in what every commit writes, beside one of each kind of call, without LIUHEN_SOAK
ONCE = ("openat", "mkdir", "write", "pwrite64", "fdatasync", "fsync", "rename", "ftruncate", "fallocate", "unlink")
# Of openat it would be the libraries too. sync_file_range is called to see whether it is there: RocksDB as Debian builds
# it aborts where that fails, as it cannot.
LASTING = ("mkdir", "write", "pwrite64", "fdatasync", "fsync", "rename", "fallocate")
if "UBSAN_OPTIONS" in os.environ:  # its runtime learns by writing to a pipe what memory there is, and ends where it cannot
    LASTING = tuple(call for call in LASTING if call != "write")


def calls_on(directory, text):
    """(call, file below the directory) → the numbers of such calls, as each thread counts its own."""
    made, numbers = {}, {}
    for line in text.splitlines():
        found = re.match(r"(\d+) +(\w+)\(.*?" + re.escape(directory) + r"(/?[^\">]*)", line)
        if not found:  # "<... resumed>" among others, which was counted when it began
            continue
        thread, call, name = found.groups()
        made[thread, call, name] = made.get((thread, call, name), 0) + 1
        numbers.setdefault((call, name), set()).add(made[thread, call, name])
    return numbers


def total(directory, text, call):
    """The most calls of that kind that one thread makes up to its last on the directory."""
    made, last = {}, 0
    for line in text.splitlines():
        found = re.match(rf"(\d+) +{call}\(", line)
        if found:
            made[found.group(1)] = made.get(found.group(1), 0) + 1
            if directory in line:
                last = max(last, made[found.group(1)])
    return last


def faults_for(directory, text, seed):
    """(call, file, fault) for strace, all of them or a sample that has something of each call."""
    faults = [(call, name, f"{fault}:when={number}")
              for (call, name), numbers in sorted(calls_on(directory, text).items()) if call in ONCE
              for number in sorted(numbers)
              for fault in ("error=EIO", "error=ENOSPC", "signal=SIGKILL")]
    faults += [(call, None, f"error=ENOSPC:when={number}+")
               for call in LASTING
               for number in range(1, total(directory, text, call) + 1)]
    if SOAK:
        return faults
    chance = random.Random(seed)
    chance.shuffle(faults)
    # Every commit writes these two.
    sample = [fault for fault in faults if re.fullmatch(r"/head(\.new)?|/db/\d+\.log", fault[1] or "")][:SAMPLE]
    kinds = {fault: fault for fault in faults
             if fault[0] == "fdatasync" and (fault[1] or "").endswith(".log") and "ENOSPC" in fault[2]}  # written, and not synced
    for fault in faults:
        kinds.setdefault((fault[0], fault[1] is None), fault)
    return sample + [fault for fault in kinds.values() if fault not in sample]


def strace_for(directory, call, name, fault):
    only = [] if name is None else ["-P", directory + name]
    return Strace(os.path.join(scratch(), "log"), *only, "-e", f"inject={call}:{fault}")


class Sweeping(unittest.TestCase):
    def expect_clear(self, code, said, fault, when):
        """It ended in order, or said with a code what was wrong."""
        if "SIGKILL" in fault and code == -signal.SIGKILL:
            return
        self.assertIn(code, (0, 1), (when, said))
        if code == 1 and not when.startswith("write: all"):  # then it cannot say anything either
            self.assertRegex(said, r"error \[[a-z_.]+\] ", when)

    def sweep(self, faults, one):
        started = said = time.monotonic()
        struck, wrong = 0, []
        for call, name, fault in faults:
            try:
                struck += one(call, name, fault, f"{call}: {name or 'all files'}: {fault}")
            except AssertionError as problem:
                wrong.append(str(problem))
                print(problem, flush=True)
            if SOAK and time.monotonic() > said + 60:
                said = time.monotonic()
                print(f"{one.__name__}: {faults.index((call, name, fault)) + 1} of {len(faults)}", flush=True)
        print(f"{one.__name__}: {len(faults)} faults, {struck} struck, {time.monotonic() - started:.0f} s", flush=True)
        self.assertEqual(wrong, [], "\n\n".join([f"{len(wrong)} of {len(faults)}:"] + wrong))
        self.assertGreater(struck, len(faults) * 3 // 4)  # threads differ a little from run to run
