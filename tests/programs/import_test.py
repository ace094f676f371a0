"""Files that are not as they should be, through the real program: into a directory and over HTTP."""

import json
import os
import unittest

from programs import DEMO, Service, copy_of_demo, liuhen, person, scratch

HEADER = "统一社会信用代码/注册号,名称,类型,行政区划,行业,住所,登记状态,负责人,联系电话,风险等级"
GOOD = "91350100M000100Y43,检查对象900001有限公司,企业,370202,F52,香港中路1号,存续,负责人1,0532-1,B"
OTHER = "91310112087994932F,检查对象900002有限公司,企业,370202,F52,香港中路2号,存续,负责人2,0532-2,B"


def lines(*rows, end="\r\n"):
    return end.join([HEADER, *rows]) + end


# What is wrong: (bytes of the file, code of the refusal or None if it only shows as a line, words
# that name the place and what to do, in English).
BAD = {
    "wrong check character": (lines(GOOD, OTHER.replace("932F", "932G")).encode(), ["line 3", "check character", "should be F"]),
    "duplicate": (lines(GOOD, OTHER, GOOD).encode(), ["line 4", "line 2"]),
    "missing field": (lines(GOOD, OTHER.replace("检查对象900002有限公司", "")).encode(), ["line 3", "名称"]),
    "too few columns": (lines(GOOD, "91310112087994932F,名").encode(), ["line 3"]),
    "cut short in a row": (lines(GOOD).encode() + OTHER.encode()[:40], ["line 3", "cut short"]),
    "cut short in the last field": (lines(GOOD).encode() + OTHER[:-1].encode(), ["line 3", "cut short", "add a line end"]),
    "no last line end": (lines(GOOD, OTHER).rstrip().encode(), ["line 3", "cut short", "add a line end"]),
    "cut short in a character": (lines(GOOD).encode("gb18030") + "91310112087994932F,检".encode("gb18030")[:-1], ["cut short"]),
    "cut short in quotes": (lines(GOOD).encode() + '91310112087994932F,"检查对象'.encode(), ["line 3", "quote"]),
    "both encodings": (lines(GOOD).encode() + (OTHER + "\r\n").encode("gb18030"), ["line 3"]),
    "UTF-16 with a mark": (lines(GOOD).encode("utf-16"), ["UTF-16"]),
    "UTF-16 without one": (lines(GOOD).encode("utf-16-le"), ["line 1", "UTF-16"]),
    "a NUL": (lines(GOOD, OTHER.replace("名", "\0")).encode() + b"\0", ["NUL"]),
    "an open quote": (lines(GOOD, '91310112087994932F,"检查对象,企业,370202', OTHER).encode(), ["line"]),
    "a line break in a name": (lines(OTHER.replace("检查对象900002", '"检查对象\r\n900002').replace("公司", '公司"')).encode(), ["line 2"]),
    "a huge field": (lines(GOOD, OTHER.replace("香港中路2号", "路" * 9000)).encode(), ["line 3", "limit"]),
    "semicolons": (lines(GOOD).replace(",", ";").encode(), ["comma"]),
    "no header": ((GOOD + "\n").encode(), ["header"]),
    "an Excel workbook": (b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 8, ["CSV"]),
    "nothing": (b"", ["empty"]),
    "a header alone": (lines().encode(), ["no row"]),
}


class Imports:
    """Run twice: with --dir and with --url."""

    def write(self, content):
        path = os.path.join(scratch(), "subjects.csv")
        with open(path, "wb") as file:
            file.write(content)
        return path

    def send(self, path, *words, lang="en"):
        return liuhen("import", "subjects", path, "--key", person("registrar-1"), *self.where(), *words, lang=lang)

    def size(self):
        code, out, err = liuhen("state", "log", *self.where())
        self.assertEqual(code, 0, err)
        return json.loads(out)["size"]

    def test_each_is_named_and_nothing_imported(self):
        before = self.size()
        for what, (content, words) in BAD.items():
            path = self.write(content)
            code, out, err = self.send(path)
            with self.subTest(what):
                self.assertEqual(code, 1, out + err)
                for word in words:
                    self.assertIn(word, err)
                self.assertRegex(err, r"error \[[a-z0-9_.]+\]")
                self.assertRegex(self.send(path, lang="zh")[2], r"出错 \[[a-z0-9_.]+\] .*[\u4e00-\u9fff]")
        self.assertEqual(self.size(), before)

    def test_good_files_of_every_kind_are_one_and_the_same(self):
        text = lines(GOOD, OTHER)
        before = self.size()
        code, out, err = self.send(self.write(text.encode()))
        self.assertEqual(code, 0, err)
        self.assertIn("imported: 2 rows differed, 0 did not", out)
        self.assertEqual(self.size(), before + 1)
        columns = [row.split(",") for row in text.strip().split("\r\n")]
        turned = "".join(",".join(reversed(row)) + "\n" for row in columns)
        same = {
            "again": text.encode(), "with a mark": text.encode("utf-8-sig"), "GB18030": text.encode("gb18030"),
            "GB18030 with a mark": b"\x84\x31\x95\x33" + text.encode("gb18030"),
            "LF": text.replace("\r\n", "\n").encode(), "CR": text.replace("\r\n", "\r").encode(),
            "blank lines": text.replace("\r\n", "\r\n\r\n").encode(),
            "quoted": "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in columns).encode(),
            "columns in another order": turned.encode(),
        }
        for what, content in same.items():
            code, out, err = self.send(self.write(content))
            with self.subTest(what):
                self.assertEqual(code, 0, out + err)
                self.assertIn("imported: 0 rows differed, 2 did not", out)
        self.assertEqual(self.size(), before + 1)

    def test_the_good_rows_alone_if_asked(self):
        path = self.write(lines(GOOD.replace("900001", "900003"), OTHER.replace("932F", "932G")).encode())
        code, out, err = self.send(path, "--accept-good")
        self.assertEqual(code, 0, err)
        self.assertIn("line 3", err)
        self.assertIn("2 rows, 1 good, 1 bad", out)
        self.assertIn("imported: 1 rows differed", out)

    def test_unknown_divisions_are_warned_of(self):
        path = self.write(lines(GOOD.replace("370202", "999999"), OTHER.replace("370202", "999999")).encode())
        code, out, err = self.send(path, "--check")
        self.assertEqual(code, 0, err)
        self.assertIn("2 rows, 2 good, 0 bad", out)
        self.assertEqual(err.count("checked for form alone"), 1, err)
        self.assertIn("--divisions", err)
        self.assertIn("没有查是否存在", self.send(path, "--check", lang="zh")[2])
        table = os.path.join(scratch(), "divisions.csv")
        with open(table, "w", encoding="utf-8") as file:
            file.write("code,name\n370202,市南区\n350100,福州市\n310112,闵行区\n")
        code, out, err = self.send(path, "--check", "--divisions", table)
        self.assertEqual(code, 0, err)  # a warning: the table may be older than the division
        self.assertNotIn("checked for form alone", err)
        for line in ("line 2", "line 3"):
            self.assertIn(line, err)

    def test_checking_alone_imports_nothing(self):
        before = self.size()
        code, out, err = self.send(self.write(lines(GOOD.replace("900001", "900004")).encode()), "--check")
        self.assertEqual(code, 0, err)
        self.assertIn("1 rows, 1 good, 0 bad", out)
        self.assertEqual(self.size(), before)

    def test_a_file_that_is_not_there_is_named(self):
        code, _, err = self.send("/nowhere/subjects.csv")
        self.assertEqual(code, 1)
        self.assertIn("/nowhere/subjects.csv", err)
        code, _, err = self.send("/")
        self.assertEqual(code, 1)

    def test_who_may_not_import_is_refused(self):
        before = self.size()
        path = self.write(lines(GOOD.replace("900001", "900005")).encode())
        code, _, err = liuhen("import", "subjects", path, "--key", person("clerk-1"), *self.where())
        self.assertEqual(code, 1)
        self.assertIn("[role.denied]", err)
        self.assertEqual(self.size(), before)


class IntoADirectory(Imports, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = copy_of_demo()

    def where(self):
        return "--dir", self.directory


class OverHttp(Imports, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(copy_of_demo())

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()

    def where(self):
        return "--url", self.service.url


class TheDemonstrationsOwn(unittest.TestCase):
    def test_same_files_again_change_nothing(self):
        directory = copy_of_demo()
        for registry, said in (("subjects", "imported: 0 rows differed"), ("inspectors", "imported: 0 rows differed"),
                               ("conflicts", "declared 0 conflicts")):
            code, out, err = liuhen("import", registry, f"{DEMO}.demo/files/{registry}.csv", "--dir", directory,
                                    "--key", person("registrar-1"))
            self.assertEqual(code, 0, err)
            self.assertIn(said, out)


if __name__ == "__main__":
    unittest.main()
