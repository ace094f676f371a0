"""What liuhen says of itself: help, slips of the finger, languages, exit codes."""

import os
import re
import subprocess
import unicodedata
import unittest

from programs import BIN, ENVIRONMENT, LIUHEN, liuhen, scratch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def commands(*words):
    """Every command and group under these words, by what help lists."""
    code, out, err = liuhen(*words, "--help")
    assert code == 0, err
    found = [list(words)]
    listed = out.split("\nSubcommands:\n")
    if len(listed) > 1:
        for name in re.findall(r"^  ([a-z-]+)", listed[1].split("\n\n")[0], re.M):
            found += commands(*words, name)
    return found


# What it says by itself.
WORDS_OF_CLI11 = re.compile(r"TEXT|UINT|REQUIRED|\[\[|\{|\b(Options|Subcommands|Excludes|excludes|required|missing|convert|"
                            r"not in|range|allowed|expected|subcommand)\b")


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

class Verifier(unittest.TestCase):
    def test_the_guide_and_help_name_the_same(self):
        """docs/verify.md and liuhen-verify --help: subcommands, options, exit codes."""
        with open(os.path.join(ROOT, "docs", "verify.md"), encoding="utf-8") as file:
            guide = file.read()
        helped = subprocess.run([os.path.join(BIN, "liuhen-verify"), "--help", "--lang", "en"],
                                capture_output=True, text=True, env=ENVIRONMENT, timeout=60).stdout
        listed = helped.split("\nSubcommands:\n")[1].split("\n\n")[0]
        subcommands = set(re.findall(r"^  ([a-z-]+)", listed, re.M))
        self.assertGreater(len(subcommands), 3)
        self.assertEqual(subcommands, set(re.findall(r"^\| `liuhen-verify ([a-z-]+)", guide, re.M)))
        options = set(re.findall(r"--[a-z-]+", helped.split("\nSubcommands:\n")[0])) - {"--help"}
        self.assertGreater(len(options), 6)
        self.assertEqual(options - set(re.findall(r"--[a-z-]+", guide)), set())
        for code, verdict in re.findall(r"^\| ([0-3]) \| (\w+) \|", guide, re.M):
            self.assertIn(f"{code} {verdict}", helped)


    def test_it_speaks_the_language_of_the_environment_as_liuhen_does(self):
        def said(*words, lang):
            done = subprocess.run([os.path.join(BIN, "liuhen-verify"), *words], capture_output=True, text=True,
                                  env={**ENVIRONMENT, "LIUHEN_LANG": lang}, timeout=60)
            return done.stdout + done.stderr
        for lang, usage, wrong in (("en", "Usage", "usage: "), ("zh", "用法", "用法有误：")):
            self.assertIn(usage, said("--help", lang=lang))
            self.assertIn(wrong, said("dir", lang=lang))
            self.assertIn("Usage", said("--help", "--lang", "en", lang=lang))

    def test_chinese_help_and_errors_are_chinese(self):
        def said(*words):
            done = subprocess.run([os.path.join(BIN, "liuhen-verify"), *words, "--lang", "zh"],
                                  capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
            return done.stdout + done.stderr
        for words in ([], ["dir"], ["url"], ["tiles"], ["file"]):
            self.assertNotRegex(said(*words, "--help"), WORDS_OF_CLI11)
        for words in ([], ["dir"], ["dir", "x", "--policy", "a", "--vkey", "b"], ["dir", "x", "--at", "soon"],
                      ["dir", "x", "--nope"], ["dir", "x", "--policy"], ["dir", "x", "--quiet=false"]):
            self.assertRegex(said(*words), "[\u4e00-\u9fff]")
            self.assertNotRegex(said(*words), WORDS_OF_CLI11)


class Demonstration(unittest.TestCase):
    def test_numbers_too_small_for_it_are_usage_and_make_nothing(self):
        beside = scratch()
        directory = os.path.join(beside, "ledger")
        for option, value in (("--subjects", "0"), ("--subjects", "999"), ("--subjects", "x"), ("--subjects", "-1"),
                              ("--subjects", "50000001"), ("--inspectors", "0"), ("--inspectors", "109")):
            with self.subTest(option + " " + value):
                code, _, err = liuhen("demo", "--dir", directory, option, value)
                self.assertEqual(code, 3, err)
                self.assertIn(option, err)
                self.assertIn("the demonstration takes", err)
                self.assertIn("演示才走得完", liuhen("demo", "--dir", directory, option, value, lang="zh")[2])
                self.assertEqual(os.listdir(beside), [])


class Help(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = commands()

    def test_there_is_an_example_for_every_command_in_both_languages(self):
        self.assertGreater(len(self.all), 50)
        for words in self.all:
            english = liuhen(*words, "--help")[1]
            chinese = liuhen(*words, "--help", lang="zh")[1]
            self.assertIn("用法", chinese)
            self.assertIn("Usage", english)
            if "Subcommands:" in english:
                continue
            with self.subTest(" ".join(words)):
                self.assertIn("Example:\n  liuhen " + " ".join(words), english)
                self.assertIn("例：\n  liuhen " + " ".join(words), chinese)

    def test_exit_codes_are_told(self):
        for lang, names in (("en", ("0 done", "1 refused or failed", "3 usage", "4 alarm")),
                            ("zh", ("0 完成", "1 被拒绝或失败", "3 用法有误", "4 警报"))):
            told = liuhen("--help", lang=lang)[1]
            for name in names:
                self.assertIn(name, told)

    def test_english_help_is_english(self):
        for words in self.all:
            out = liuhen(*words, "--help")[1].split("Example:")[0]
            for line in out.splitlines():
                if "--role" in out and "(" in line:
                    continue  # roles carry both names
                with self.subTest(" ".join(words)):
                    self.assertNotRegex(line, "[\u4e00-\u9fff]")

    def test_chinese_help_is_chinese_and_flags_take_no_value(self):
        for words in self.all:
            out = liuhen(*words, "--help", lang="zh")[1].split("\n例：")[0]
            with self.subTest(" ".join(words)):
                self.assertNotRegex(out, WORDS_OF_CLI11)
                self.assertRegex(out, r"-h,--help +\S")
                self.assertNotIn("--help 文字", out)
        self.assertRegex(liuhen("draw", "commit", "--help")[1], r"--without-witnesses +sign though")
        self.assertRegex(liuhen("draw", "commit", "--help")[1], r"--policy TEXT +the witnesses")

    def test_columns_line_up_and_lines_fit(self):
        for lang in ("zh", "en"):
            for words in self.all:
                out = re.split("\n(?:例：|Example:)", liuhen(*words, "--help", lang=lang)[1])[0]
                for line in out.splitlines():
                    with self.subTest(f"{lang} {' '.join(words)}: {line}"):
                        if not line.startswith(("用法", "Usage")):
                            self.assertLessEqual(width(line), 110)
                        gap = re.match(r"^(  \S.*?)  +(\S.*)$", line)
                        if gap and not line.startswith(" " * 30):
                            self.assertEqual(width(line) - width(gap.group(2)), 34)

    def test_examples_are_well_formed(self):
        """Each example gets past the command line: what stops it is a ledger that is not there."""
        nowhere = os.path.join(scratch(), "none")
        for words in self.all:
            out = liuhen(*words, "--help")[1]
            if "Example:" not in out:
                continue
            for line in out.split("Example:\n")[1].strip().splitlines():
                typed = line.split()[1:]
                typed = typed[:next((i for i, w in enumerate(typed) if w in "|>"), len(typed))]
                if typed[0] in ("demo", "serve", "init") or typed[:2] in (["key", "new"], ["key", "request"]):
                    continue
                if "--dir" in typed or "--url" in typed:
                    at = typed.index("--dir" if "--dir" in typed else "--url")
                    del typed[at:at + 2]
                where = () if typed[0] in ("mirror", "backup", "restore") else ("--dir", nowhere)
                code, _, err = liuhen(*typed, *where)
                with self.subTest(line):
                    self.assertEqual(code, 1, err)
                    self.assertRegex(err, r"error \[[a-z_.]+\]")


class Slips(unittest.TestCase):
    def test_the_nearest_command_is_named(self):
        for typed, meant in (("drwa", "draw"), ("improt", "import"), ("verfy", ""), ("stat", "state")):
            code, _, err = liuhen(typed)
            self.assertEqual(code, 3, err)
            self.assertIn(typed, err)
            if meant:
                self.assertIn(f"did you mean {meant}?", err)
        code, _, err = liuhen("draw", "anounce", lang="zh")
        self.assertEqual(code, 3)
        self.assertIn("是 announce 吗？", err)

    def test_usage_is_3_and_in_the_readers_language(self):
        for words in ([], ["draw"], ["serve"], ["draw", "show"], ["--lang", "fr", "demo"], ["state", "log", "--nope"],
                      ["state", "entry", "x", "--dir", "d"], ["state", "log"], ["key", "new"]):
            code, _, err = liuhen(*words)
            self.assertEqual(code, 3, (words, err))
            self.assertNotRegex(err, "[\u4e00-\u9fff]")
            code, _, err = liuhen(*words, lang="zh")
            self.assertEqual(code, 3, (words, err))
            self.assertRegex(err, "[\u4e00-\u9fff]")

    def test_chinese_errors_are_chinese(self):
        for words, named in ((["draw", "commit"], "缺少必填的 draw"),
                             (["draw", "commit", "x", "--policy"], "--policy 后面要有值"),
                             (["draw", "commit", "x", "--policy", "p", "--without-witnesses"],
                              "--policy 与 --without-witnesses 不能同时给"),
                             (["draw", "commit", "x", "--wait", "soon"], "--wait 的值“soon”"),
                             (["--lang", "fr", "state", "log"], "只能是 zh,en 之一"),
                             (["mirror", "http://127.0.0.1:1", "x", "--interval", "0"], "--interval 的值 0 不在 1 至"),
                             (["draw", "commit", "x", "--without-witnesses=5"], "--without-witnesses 后面不带值"),
                             (["mirror", "http://127.0.0.1:1", "x", "--follow=false"], "--follow 后面不带值"),
                             (["state", "log", "--nope"], "不认识 “--nope”")):
            code, _, err = liuhen(*words, lang="zh")
            with self.subTest(" ".join(words)):
                self.assertEqual(code, 3, err)
                self.assertIn(named, err)
                self.assertNotRegex(err, WORDS_OF_CLI11)

    def test_the_language_comes_from_the_environment_too(self):
        for lang, word in (("en", "Usage"), ("zh", "用法")):
            out = subprocess.run([LIUHEN, "--help"], capture_output=True, text=True,
                                 env={**ENVIRONMENT, "LIUHEN_LANG": lang}).stdout
            self.assertIn(word, out)

    def test_failures_are_1(self):
        code, _, err = liuhen("state", "log", "--dir", os.path.join(scratch(), "none"))
        self.assertEqual(code, 1)
        self.assertIn("[dir.absent]", err)
        code, _, err = liuhen("state", "log", "--url", "http://127.0.0.1:1")
        self.assertEqual(code, 1)
        self.assertIn("[connect.failed]", err)


if __name__ == "__main__":
    unittest.main()
