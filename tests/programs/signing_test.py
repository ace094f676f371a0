"""Two persons sign at two machines, over a running service."""

import json
import os
import re
import unittest

from programs import Service, Terminal, copy_of_demo, liuhen, person, scratch


class SecondSignature(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(copy_of_demo())

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()

    def size(self):
        return json.loads(self.service.get("/api/v1/log")[2])["size"]

    def propose(self, number):
        plan = {"id": f"2026-T{number}", "revision": 1, "department": "370200-SCJG", "name": "试签的计划",
                "year": 2026, "temporary": True, "targeted": False, "items": ["QD-SJ-001"],
                "rule": "QD-XZ-2026", "rates": [{"stratum": 0, "num": 1, "den": 100}]}
        path = os.path.join(scratch(), "plan.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(plan, file)
        code, out, err = liuhen("plan", "publish", path, "--url", self.service.url, "--key",
                                person("clerk-1"), "--second", "approver-1")
        self.assertEqual(code, 0, err)
        return re.search(r"\b[0-9a-f]{64}\b", out).group(0)

    def sign(self, name, who, lang="en", words=("--yes",)):
        return liuhen("sign", name, "--url", self.service.url, "--key", person(who), *words, lang=lang)

    def test_is_shown_in_words_signed_and_recorded(self):
        before = self.size()
        name = self.propose(1)
        self.assertEqual(self.size(), before)  # waits outside the log
        for lang, words in (("en", ["publish a plan (PlanPublished)", "clerk-1", "approver-1"]),
                            ("zh", ["公布抽查计划（PlanPublished）", "clerk-1", "approver-1"])):
            code, out, err = liuhen("pending", "--url", self.service.url, lang=lang)
            self.assertEqual(code, 0, err)
            for word in [name, *words]:
                self.assertIn(word, out)
        terminal = Terminal("sign", name, "--url", self.service.url, "--key", person("approver-1"), lang="zh")
        shown = terminal.read_until("签名吗？")
        self.assertIn("公布抽查计划（PlanPublished）", shown)
        self.assertIn("试签的计划", shown)  # what the bytes say
        terminal.type("yes")
        self.assertEqual(terminal.end(), 0, terminal.shown)
        self.assertEqual(self.size(), before + 1)
        code, _, err = self.sign(name, "approver-1")
        self.assertEqual(code, 1)
        self.assertIn("[request.absent]", err)

    def test_is_declined_by_anything_but_yes(self):
        name = self.propose(2)
        before = self.size()
        for answer in ("no", "y", ""):
            terminal = Terminal("sign", name, "--url", self.service.url, "--key", person("approver-1"))
            terminal.read_until("type yes")
            terminal.type(answer)
            self.assertEqual(terminal.end(), 1)
            self.assertIn("[sign.declined]", terminal.shown)
        self.assertEqual(self.size(), before)

    def test_by_the_wrong_person_is_refused(self):
        name = self.propose(3)
        before = self.size()
        for who in ("clerk-1", "registrar-1", "supervisor-1"):
            code, _, err = self.sign(name, who)
            self.assertEqual(code, 1, who)
            self.assertRegex(err, r"error \[[a-z_.]+\]")
        self.assertEqual(self.size(), before)
        code, _, err = self.sign(name, "approver-1")
        self.assertEqual(code, 0, err)
        self.assertEqual(self.size(), before + 1)


if __name__ == "__main__":
    unittest.main()
