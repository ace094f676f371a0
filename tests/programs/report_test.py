"""The report of liuhen-verify as a page: on paper and in a real browser, in both languages, with hostile names.

Exits 77 where there is no Chromium (tools/setup.sh browser installs it).
"""

import hashlib
import base64
import html
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

from pages_test import CHROMIUM, HOSTILE, PROBE, Outline, check_fits, chromium, seen_in
from programs import BIN, DEMO, ENVIRONMENT, Service, copy_of_demo, liuhen, person, scratch

TURNED = "\u202egpj.exe"  # shown right to left, it reads otherwise


def verify(*words, lang="zh"):
    """(exit code, what it printed, what it said on standard error)"""
    done = subprocess.run([os.path.join(BIN, "liuhen-verify"), *words, "--lang", lang], capture_output=True, text=True,
                          env=ENVIRONMENT, timeout=300)
    return done.returncode, done.stdout, done.stderr


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch()
        ledger = copy_of_demo()
        with Service(ledger) as service:
            plan = os.path.join(scratch(), "evidence.json")
            with open(plan, "w", encoding="utf-8") as file:
                json.dump({"about": "draw/2026-ND/1", "sha256": [7] * 32, "kind": "video", "note": HOSTILE + TURNED},
                          file)
            for words in (["submit", "EvidenceAttached", plan, "--key", person("clerk-1")],
                          ["draw", "attest", "2026-LS-01/2", "--statement", HOSTILE, "--objects", "--key",
                           person("observer-1")]):
                code, _, err = liuhen(*words, "--url", service.url)
                assert code == 0, err
            code, _, err = liuhen("draw", "proof", "2026-LS-01/2", "--out", os.path.join(cls.folder, "2.draw-proof"),
                                  "--url", service.url)
            assert code == 0, err
        cls.pages, cls.printed = {}, {}
        for lang in ("zh", "en"):
            for name, source in (("log", ("dir", ledger)), ("draw", ("file", os.path.join(cls.folder, "2.draw-proof")))):
                path = os.path.join(cls.folder, f"{name}-{lang}.html")
                code, out, err = verify(*source, "--report", path, lang=lang)
                assert code == 0, out + err
                with open(path, encoding="utf-8") as file:
                    cls.pages[name, lang] = file.read()
                cls.printed[name, lang] = out

    def test_is_one_file_that_loads_nothing(self):
        for key, text in self.pages.items():
            page = Outline(text)
            with self.subTest(key):
                self.assertEqual(page.languages[0], ("html", {"zh": "zh-CN", "en": "en"}[key[1]]))
                self.assertEqual(page.headings[0], 1)
                self.assertEqual(page.headings.count(1), 1)
                for before, after in zip(page.headings, page.headings[1:]):
                    self.assertLessEqual(after, before + 1)
                self.assertEqual(page.headers_without_scope, 0)
                for tag in ("script", "img", "iframe", "object", "embed", "link", "form", "base"):
                    self.assertNotIn(tag, page.tags)
                for link in page.links:
                    self.assertTrue(link.startswith("#"), link)
                    self.assertIn(link[1:], page.ids)
                self.assertEqual(len(page.ids), len(re.findall(r' id="', text)), "an id is there twice")
                self.assertNotIn("http:", text)
                self.assertNotIn("https:", text)
                style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
                digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
                self.assertIn(f"default-src 'none'; style-src 'sha256-{digest}'", text)

    def test_says_what_the_terminal_says(self):
        for lang in ("zh", "en"):
            page, printed = self.pages["log", lang], self.printed["log", lang]
            text = html.unescape(re.sub("<[^>]*>", "", page))
            for number in range(1, 13):
                self.assertRegex(page, rf"[✓–] G{number}<")
            for word in ("draw/2026-ND/1", "draw/2026-LS-01/1", "draw/2026-LS-01/2", "clerk-1", "approver-1",
                         "contributor-2", "platform"):
                self.assertIn(word, text)
            scope = printed.strip().splitlines()[-1]
            self.assertIn(scope, text)
            for line in printed.splitlines():
                found = re.match(r"  (?:未发现：|nothing found: )(.*?)[（(]", line)
                if found:
                    self.assertIn(found.group(1).strip(), text)
        draw = self.pages["draw", "zh"]
        for word in ("draw/2026-LS-01/2", "公告抽取", "执行抽取", "clerk-1", "有异议", "是否另有抽取"):
            self.assertIn(word, draw)

    def test_findings_lead_to_their_evidence(self):
        for lang, voided in (("zh", "秒被作废"), ("en", "was voided")):
            page = self.pages["log", lang]
            findings = page[page.index('<section id="findings"'):]
            line = next(line for line in findings.splitlines() if "draw/2026-LS-01/1" in line and voided in line)
            targets = re.findall(r'<a href="#(e\d+)">', line)
            self.assertGreaterEqual(len(targets), 2, line)
            for target in targets:
                self.assertRegex(page, f'<tr id="{target}"')

    def test_hostile_names_stay_text(self):
        for key, text in self.pages.items():
            self.assertNotIn("<script", text)
            self.assertNotIn("<img", text)
            self.assertNotIn("\u202e", text)
        self.assertIn("&lt;script&gt;", self.pages["log", "zh"])
        self.assertIn("\\u202egpj.exe", self.pages["log", "zh"])
        self.assertIn("&lt;script&gt;", self.pages["draw", "zh"])

    def probe(self, text, width):
        opened = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)  # for the script that measures
        opened = re.sub("<details(?! open)", "<details open", opened)
        folder = pathlib.Path(scratch())
        (folder / "page.html").write_text(opened.replace("</body>", PROBE + "</body>"), encoding="utf-8")
        (folder / "frame.html").write_text(
            f'<!doctype html><iframe src="page.html" style="width:{width}px;height:900px;border:0"></iframe>')
        dom = chromium("--window-size=1400,1000", "--allow-file-access-from-files", "--disable-web-security", "--dump-dom",
                       (folder / "frame.html").as_uri())
        return seen_in(self, dom)

    def test_fits_phone_and_desk(self):
        for key, text in self.pages.items():
            for width in (390, 1280):
                seen = self.probe(text, width)
                with self.subTest(f"{key} at {width}"):
                    check_fits(self, seen, width)

    def test_can_be_printed(self):
        for key in self.pages:
            paper = os.path.join(self.folder, "-".join(key) + ".pdf")
            chromium("--no-pdf-header-footer", f"--print-to-pdf={paper}",
                     pathlib.Path(self.folder, "-".join(key) + ".html").as_uri())
            with open(paper, "rb") as file:
                data = file.read()
            self.assertTrue(data.startswith(b"%PDF"))
            pages = len(re.findall(rb"/Type\s*/Page\b", data))
            self.assertGreater(pages, 1, key)
            self.assertLess(pages, 30, key)
            self.assertIn(b"/MediaBox [0 0 594", data, "A4")


class Place(unittest.TestCase):
    """Where the file goes."""

    def setUp(self):
        self.folder = scratch()
        self.path = os.path.join(self.folder, "report.html")

    def test_an_older_report_is_replaced_and_nothing_else_is(self):
        self.assertEqual(verify("dir", DEMO, "--report", self.path)[0], 0)
        with open(self.path, encoding="utf-8") as file:
            first = file.read()
        self.assertEqual(verify("dir", DEMO, "--report", self.path, lang="en")[0], 0)
        with open(self.path, encoding="utf-8") as file:
            second = file.read()
        self.assertNotEqual(first, second)
        self.assertEqual(os.listdir(self.folder), ["report.html"])
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("mine")
        code, out, err = verify("dir", DEMO, "--report", self.path, lang="en")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("[report.exists]", err)
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")

    def test_places_that_are_none(self):
        for path in (self.folder, os.path.join(self.folder, "absent", "report.html")):
            code, out, err = verify("dir", DEMO, "--report", path, lang="en")
            self.assertEqual((code, out), (3, ""))
            self.assertIn("[report.place]", err)
        self.assertEqual(os.listdir(self.folder), [])

    def test_what_cannot_be_written_is_said(self):
        code, out, err = verify("dir", DEMO, "--report", os.path.join("/proc", "report.html"), lang="en")
        self.assertEqual(code, 2, out + err)
        self.assertIn("Verdict: verified", out)
        self.assertIn("[report.io]", err)

    def test_a_violation_is_written_down_too(self):
        ledger = copy_of_demo()
        os.rename(os.path.join(ledger, "db"), os.path.join(ledger, "elsewhere"))
        self.assertEqual(verify("dir", ledger, "--report", self.path)[0], 1)
        with open(self.path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("发现违背", text)
        self.assertIn("storage.damaged", text)


if __name__ == "__main__":
    if CHROMIUM is None:
        print("没有 Chromium，跳过：tools/setup.sh browser 可安装 / no Chromium: tools/setup.sh browser installs it")
        sys.exit(77)
    unittest.main()
