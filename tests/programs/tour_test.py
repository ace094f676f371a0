"""The tours of both readmes, run as they are printed, on the demonstration of these tests.

What a block prints has the shape that the readme shows: the same lines in the same order, hashes,
numbers and names of directories aside. `…` on a line of its own stands for any lines, and at the
end of a line for the rest of it.
"""

import os
import re
import shutil
import socket
import subprocess
import unittest

from programs import BIN, DEMO, ENVIRONMENT, scratch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
END = "-- end of block --"


def blocks_of(readme, heading):
    """(commands, what the readme shows of their output) of each block under the heading."""
    with open(os.path.join(ROOT, readme), encoding="utf-8") as file:
        tour = re.search(rf"^## {heading}\n(.*?)^## ", file.read(), re.M | re.S).group(1)
    found = re.findall(r"^```(\w*)\n(.*?)^```\n", tour, re.M | re.S)
    blocks = []
    for language, text in found:
        if language == "sh":
            blocks.append((text, ""))
        else:
            blocks[-1] = (blocks[-1][0], text)
    return blocks


def normalised(line):
    """The line without what differs from one ledger to the next."""
    line = re.sub(r"[0-9A-Za-z+/=]{16,}", "H", line.rstrip())
    return re.sub(r"[0-9]+", "0", line)


def matches(shown, line):
    if shown.endswith("…"):
        return normalised(line).startswith(normalised(shown[:-1]))
    return normalised(line) == normalised(shown)


def first_difference(shown, printed):
    """What of the readme's lines is not printed where it should be; None if all is."""
    at, anywhere = 0, False
    for line in shown.splitlines():
        if line == "…":
            anywhere = True
            continue
        while anywhere and at < len(printed) and not matches(line, printed[at]):
            at += 1
        if at == len(printed) or not matches(line, printed[at]):
            return line
        at, anywhere = at + 1, False
    return None if anywhere or at == len(printed) else f"only the readme ends before: {printed[at]}"


def clone():
    """A tree in which the readme's commands find what they name: built, with a ledger in tour."""
    root = scratch()
    os.makedirs(os.path.join(root, "build", "release"))
    os.symlink(BIN, os.path.join(root, "build", "release", "bin"))
    os.mkdir(os.path.join(root, "tools"))
    shutil.copy(os.path.join(ROOT, "tools", "run.sh"), os.path.join(root, "tools"))
    for built in ("setup.sh", "build.sh"):  # there is nothing left to install or to build
        with open(os.path.join(root, "tools", built), "w", encoding="utf-8") as file:
            file.write("exit 0\n")
    shutil.copytree(DEMO, os.path.join(root, "tour"))
    return root


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


class Tour(unittest.TestCase):
    def run_tour(self, readme, heading):
        blocks = blocks_of(readme, heading)
        self.assertGreater(len(blocks), 5)
        script = "".join(f"{commands}\necho '{END}'\n" for commands, _ in blocks)
        script = script.replace("127.0.0.1:8080", f"127.0.0.1:{free_port()}")
        script = script.replace("liuhen serve --dir tour", "liuhen serve --dir tour --listen $listen")
        listen = re.search(r"127\.0\.0\.1:[0-9]+", script).group(0)
        done = subprocess.run(
            ["bash", "-c", "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n" + script], cwd=clone(),
            env={**ENVIRONMENT, "listen": listen}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=600)
        printed = done.stdout.split(END + "\n")
        self.assertEqual(len(printed), len(blocks) + 1, done.stdout + done.stderr)
        for (commands, shown), lines in zip(blocks, printed):
            if shown:
                self.assertIsNone(
                    first_difference(shown, lines.splitlines()),
                    f"{readme}:\n{commands}\nprinted:\n{lines}\n{done.stderr}")

    def test_english(self):
        self.run_tour("README.md", "A tour")

    def test_chinese(self):
        self.run_tour("README.zh-CN.md", "走一遍")

    def test_both_run_the_same(self):
        def commands(readme, heading):
            text = "".join(block for block, _ in blocks_of(readme, heading))
            text = re.sub(r" +#.*", "", text)
            return re.sub(r" --lang (en|zh)", "", text)
        self.assertEqual(commands("README.md", "A tour"), commands("README.zh-CN.md", "走一遍"))

    def test_a_difference_is_found(self):
        self.assertIsNone(first_difference("a 1\n…\nb …\n", ["a 2", "x", "b c"]))
        self.assertEqual(first_difference("a\nb\n", ["a", "c"]), "b")
        self.assertIsNotNone(first_difference("a\n", ["a", "more"]))
        self.assertEqual(first_difference("…\nb\n", ["a"]), "b")


if __name__ == "__main__":
    unittest.main()
