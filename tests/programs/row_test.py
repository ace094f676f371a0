"""What one firm gets to see of a draw: its file from the command and over HTTP, and the report on it."""

import json
import os
import subprocess
import unittest

from programs import BIN, ENVIRONMENT, Service, copy_of_demo, liuhen, scratch

DRAW = "2026-ND/1"


def verify(path, *words, lang="zh"):
    """(exit code, what it printed and said)"""
    done = subprocess.run([os.path.join(BIN, "liuhen-verify"), "file", path, *words, "--lang", lang], capture_output=True,
                          text=True, env=ENVIRONMENT, timeout=300)
    return done.returncode, done.stdout + done.stderr


class Row(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch()
        cls.service = Service(copy_of_demo())
        cls.addClassCleanup(cls.service.__exit__)
        cls.vkey = liuhen("state", "vkey", "--url", cls.service.url)[1].strip()
        whole = cls.service.get(f"/api/v1/draws/{DRAW}/proof")[2].decode()
        cls.rows = [line.split(" ") for line in whole.split("\n") if line.startswith("subject ")]
        cls.drawn = {task["subject"] for task in
                     json.loads(cls.service.get(f"/api/v1/draws/{DRAW}/tasks?limit=100")[2])["tasks"]}

    def file_of(self, subject):
        path = os.path.join(self.folder, subject + ".draw-row")
        code, _, err = liuhen("draw", "row", DRAW, subject, "--out", path, "--url", self.service.url)
        self.assertEqual(code, 0, err)
        return path

    def test_says_in_plain_words_what_the_draw_did(self):
        of = {row[1]: row[4] for row in self.rows}
        cases = [(next(iter(self.drawn)), "在名录中，抽中", "in the pool, and drawn", True),
                 (next(id for id, why in of.items() if why == "0" and id not in self.drawn),
                  "在名录中，未抽中", "in the pool, and not drawn", False),
                 ("0-NOBODY", "不在名录中", "not in the pool", False)]
        cases += [(id, "在名录中，不可被抽中", "could not be drawn", False) for id, why in of.items() if why != "0"][:1]
        for subject, zh, en, drawn in cases:
            path = self.file_of(subject)
            for lang, words in (("zh", zh), ("en", en)):
                code, out = verify(path, "--vkey", self.vkey, lang=lang)
                with self.subTest(f"{subject} {lang}"):
                    self.assertEqual(code, 0, out)
                    self.assertIn(words, out)
            report = json.loads(verify(path, "--vkey", self.vkey, "--json")[1])
            self.assertEqual((report["subject"], report["drawn"]), (subject, drawn))

    def test_the_route_and_its_refusals(self):
        subject = self.rows[0][1]
        status, headers, body = self.service.get(f"/api/v1/draws/{DRAW}/rows/{subject}")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Disposition"], f'attachment; filename="{subject}.draw-row"')
        with open(self.file_of(subject), "rb") as file:
            self.assertEqual(file.read(), body)
        others = [row[1].encode() for row in self.rows[1:]]
        self.assertFalse([other for other in others if other in body])
        for target, status, code in ((f"/api/v1/draws/{DRAW}/rows/ab", 422, "draw.id"),
                                     (f"/api/v1/draws/{DRAW}/rows/A%22B", 422, "draw.id"),
                                     ("/api/v1/draws/2026-LS-01/9/rows/A", 404, "request.absent")):
            answer = self.service.get(target)
            self.assertEqual((answer[0], json.loads(answer[2])["code"]), (status, code))
        code, _, err = liuhen("draw", "row", DRAW, "ab", "--out", os.path.join(self.folder, "x"), "--url", self.service.url)
        self.assertEqual(code, 1)
        self.assertIn("[draw.id]", err)

    def test_a_changed_file_is_refused(self):
        subject = self.rows[0][1]
        with open(self.file_of(subject), encoding="utf-8") as file:
            text = file.read()
        changed = os.path.join(self.folder, "changed")
        for before, after, exit_code, said in ((f"\nsubject {subject}\n", f"\nsubject {self.rows[1][1]}\n", 1, "row.neighbours"),
                                               ("\nrow 0 ", "\nrow 1 ", 1, "row.inclusion"),
                                               ("\nrows 1\n", "\nrows 2\n", 1, "proof.format"),
                                               ("/draw-row/v1", "/draw-row/v01", 1, "proof.format"),
                                               ("/draw-row/v1", "/draw-row/v3", 2, "proof.version")):
            self.assertIn(before, text)
            with open(changed, "w", encoding="utf-8") as file:
                file.write(text.replace(before, after))
            code, out = verify(changed)
            with self.subTest(after):
                self.assertEqual(code, exit_code, out)
                self.assertIn(said, out)

    def test_what_is_no_proof_file_is_no_violation(self):
        path = os.path.join(self.folder, "checkpoint")
        for text in (self.service.get("/checkpoint")[2], b"", b"PK\x03\x04"):
            with open(path, "wb") as file:
                file.write(text)
            code, out = verify(path)
            self.assertEqual(code, 3, out)
            self.assertIn("[verify.file]", out)

    def test_a_page_is_not_made_of_it(self):
        code, out = verify(self.file_of(self.rows[0][1]), "--report", os.path.join(self.folder, "r.html"))
        self.assertEqual(code, 3)
        self.assertIn("verify.report", out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
