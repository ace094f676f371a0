"""Stores that released versions wrote: today's programs open them, agree with every byte, and go on.

tests/programs/stores/<version>.tar.gz holds a ledger's directory as that version left it after a clean
stop, and its people's keys (of invented people, without passphrases). A released version's is made once,
with that version's own programs, and never again:

    LIUHEN_BIN=build/release/bin LIUHEN_DEMO= python3 tests/programs/old_stores_test.py --make 1
"""

import os
import re
import signal
import sys
import tarfile
import unittest

from programs import Service, head_of, liuhen, scratch, verify

STORES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stores")
ORIGIN = "liuhen.example/store"


def run(*words):
    code, out, err = liuhen(*words)
    if code != 0:
        raise AssertionError(f"liuhen {' '.join(words)}: {out}{err}")
    return out


def make(version):
    """Something of each family of docs/formats/storage.md: entries, restricted content, a half-signed intent."""
    top = scratch()
    ledger, people, made = (os.path.join(top, name) for name in ("ledger", "people", "made"))
    os.makedirs(people)
    os.makedirs(made)
    key = lambda who: os.path.join(people, who + ".key")
    both = "--dir", ledger
    for who in ("trustee-1", "trustee-2", "office-1", "registrar-1", "clerk-1"):
        run("key", "new", key(who), "--person", who, "--no-passphrase")
    run("init", *both, "--origin", ORIGIN, "--city", "青岛市", "--division", "370200", "--no-passphrase",
        "--key", key("trustee-1"), "--key", key("trustee-2"))
    requests = {}
    for who in ("office-1", "registrar-1", "clerk-1"):
        requests[who] = os.path.join(made, who + ".json")
        run("key", "request", "--key", key(who), "--origin", ORIGIN, "--out", requests[who])
    for who in ("office-1", "registrar-1"):
        run("key", "grant", requests[who], "--role", who.split("-")[0], "--key", key("trustee-1"),
            "--key", key("trustee-2"), *both)
    run("department", "370200-SCJG", "--name", "市市场监督管理局", "--division", "370200",
        "--key", key("office-1"), *both)
    write(made, "subjects.csv", "统一社会信用代码/注册号,名称,类型,行政区划,行业,住所,登记状态,负责人,联系电话,风险等级",
          *(f"GT370213-0000000{n},青岛个体工商户00000{n}号,个体工商户,370213,F52,李沧区示范街道{n}号,存续,"
            f"负责人00000{n},0532-0000000{n},A" for n in range(1, 6)))
    write(made, "inspectors.csv", "执法证号,姓名,单位,资质,状态,职务,电话,出生年月",
          *(f"ZF370200-0000{n},检查员000{n},370200-SCJG,市场监管,在岗,一级行政执法员,0532-9000000{n},1973-04"
            for n in range(1, 4)))
    write(made, "conflicts.csv", "检查对象,执法证号,回避情形,说明", "GT370213-00000001,ZF370200-00002,近亲属,示例")
    for registry in ("subjects", "inspectors", "conflicts"):
        run("import", registry, os.path.join(made, registry + ".csv"), "--key", key("registrar-1"), *both)
    run("key", "grant", requests["clerk-1"], "--role", "clerk", "--key", key("trustee-1"), "--second", "trustee-2",
        *both)
    with tarfile.open(os.path.join(STORES, version + ".tar.gz"), "w:gz") as archive:
        for name in ("ledger", "people"):
            archive.add(os.path.join(top, name), name, filter=anonymous)


def anonymous(member):
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def write(folder, name, *lines):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))


def text_of(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


class OldStores(unittest.TestCase):
    def test_each_is_verified_served_and_continued(self):
        versions = sorted(os.listdir(STORES))
        self.assertIn("1.tar.gz", versions)
        for name in versions:
            with self.subTest(name):
                self.continue_store(os.path.join(STORES, name))

    def continue_store(self, archive):
        top = scratch()
        with tarfile.open(archive) as packed:
            packed.extractall(top)
        ledger, people = os.path.join(top, "ledger"), os.path.join(top, "people")
        code, said = verify("dir", ledger)
        self.assertEqual(code, 0, said)
        head = head_of(ledger)
        size = int(head.split("\n")[1])
        with Service(ledger) as service:  # replays it, and compares every stored key
            self.assertEqual(service.get("/checkpoint")[2].decode(), head)  # the same bytes again
            code, out, err = liuhen("department", "370202-SCJG", "--name", "市南区市场监督管理局", "--division", "370202",
                                    "--key", os.path.join(people, "office-1.key"), "--url", service.url)
            self.assertEqual(code, 0, err)
            self.assertIn(f"at position {size}", out)
            later = service.get("/checkpoint")[2].decode()
            self.assertEqual(int(later.split("\n")[1]), size + 1)
            self.assertEqual(service.stop(signal.SIGTERM)[0], 0)  # the head file follows the answer
        # What was shown before is still a part of it.
        self.assertEqual(head_of(ledger), later)
        code, said = verify("dir", ledger)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, str(size + 1))

    def test_a_store_of_a_later_version_is_left_alone(self):
        top = scratch()
        with tarfile.open(os.path.join(STORES, "1.tar.gz")) as packed:
            packed.extractall(top)
        ledger = os.path.join(top, "ledger")
        about = re.sub(r'"format":1', '"format":2', text_of(ledger, "ledger.json"))
        write(ledger, "ledger.json", about.strip())
        before = {name: os.stat(os.path.join(ledger, "db", name)).st_mtime_ns
                  for name in os.listdir(os.path.join(ledger, "db"))}
        code, _, err = liuhen("state", "log", "--dir", ledger)
        self.assertEqual(code, 1)
        self.assertIn("[dir.format]", err)
        self.assertEqual(before, {name: os.stat(os.path.join(ledger, "db", name)).st_mtime_ns
                                  for name in os.listdir(os.path.join(ledger, "db"))})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(sys.argv[2])
    else:
        unittest.main()
