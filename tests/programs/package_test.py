"""The Debian package: built by CPack, looked into, and installed on a copy of this machine that is
thrown away (an overlay in a mount namespace of its own, which takes root)."""

import os
import re
import shutil
import subprocess
import tempfile
import textwrap
import unittest

from programs import BIN, DEMO, scratch

BUILD = os.path.dirname(BIN)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGE = os.path.join(ROOT, "tools", "package")

INSTALL = r"""
set -e
mount -t overlay overlay -o "lowerdir=/,upperdir=$PLACE/upper,workdir=$PLACE/work" "$PLACE/root"
mount -t proc proc "$PLACE/root/proc"
mount -t tmpfs tmpfs "$PLACE/root/run"   # no systemd there
cp "$DEB" "$PLACE/root/tmp/liuhen.deb"
cp -r "$DEMO" "$PLACE/root/tmp/ledger"
install -m 644 "$TESTS/tsan.supp" "$PLACE/root/tmp"
exec chroot "$PLACE/root" /bin/sh -e -c "$STEPS"
"""


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for program in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
            if shutil.which(program) is None:
                raise unittest.SkipTest(f"{program} is not there")
        out = scratch()
        run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", out,
            "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip")  # xz takes its time over a debug build
        (name,) = [file for file in os.listdir(out) if file.endswith(".deb")]
        cls.deb = os.path.join(out, name)

    def test_it_holds_the_programs_the_service_and_what_to_read(self):
        listed = {}
        for line in run("dpkg-deb", "-c", self.deb).splitlines():
            mode, owner, _, _, _, path = line.split(None, 5)
            listed[path] = mode
            self.assertEqual(owner, "root/root", path)
        for path, mode in (("./usr/bin/liuhen", "-rwxr-xr-x"), ("./usr/bin/liuhen-verify", "-rwxr-xr-x"),
                           ("./usr/lib/systemd/system/liuhen.service", "-rw-r--r--"),
                           ("./usr/lib/systemd/system/liuhen-witness.service", "-rw-r--r--"),
                           ("./usr/lib/systemd/system/liuhen-backup.service", "-rw-r--r--"),
                           ("./usr/lib/systemd/system/liuhen-backup.timer", "-rw-r--r--"),
                           ("./usr/share/liuhen/liuhen.rules.yml", "-rw-r--r--"),
                           ("./usr/share/doc/liuhen/operate.md", "-rw-r--r--"),
                           ("./usr/share/doc/liuhen/copyright", "-rw-r--r--")):
            self.assertEqual(listed.get(path), mode, path)
        for path in listed:
            self.assertRegex(path, r"^\./(usr/(bin|lib/systemd/system|share/doc/liuhen|share/liuhen)?.*)?$")
            self.assertNotIn("w", listed[path][4:], path)

    def test_the_guides_that_operators_read_lead_nowhere_that_is_not_there(self):
        out = tempfile.mkdtemp(dir=scratch())
        run("dpkg-deb", "-x", self.deb, out)
        for name in ("operate.md", "witness.md"):
            path = os.path.join(out, "usr", "share", "doc", "liuhen", name)
            with open(path, encoding="utf-8") as file:
                links = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read())
                         if "://" not in link]
            self.assertGreater(len(links), 3)
            for link in links:
                self.assertTrue(os.path.exists(os.path.join(os.path.dirname(path), link)), (name, link))

    def test_its_control_file_says_what_it_needs(self):
        fields = run("dpkg-deb", "-f", self.deb)
        self.assertRegex(fields, r"(?m)^Package: liuhen$")
        self.assertRegex(fields, r"(?m)^Version: \d+\.\d+\.\d+-1$")
        self.assertRegex(fields, r"(?m)^Maintainer: .+@")
        self.assertRegex(fields, r"(?m)^Description: audit ledger .+双随机.+\n Every registry change")
        depends = re.search(r"(?m)^Depends: (.*)$", fields).group(1)
        for package in ("adduser", "libc6", "librocksdb", "libsodium", "libssl3"):
            self.assertIn(package, depends)
        scripts = tempfile.mkdtemp(dir=scratch())
        run("dpkg-deb", "-e", self.deb, scripts)
        for name in ("postinst", "prerm", "postrm"):
            path = os.path.join(scripts, name)
            self.assertTrue(os.access(path, os.X_OK), name)
            run("sh", "-n", path)

    def test_it_installs_sets_up_a_user_and_leaves_the_ledger_when_it_goes(self):
        if os.geteuid() != 0:
            raise unittest.SkipTest("installing it on a copy of this machine takes root")
        steps = textwrap.dedent("""
            dpkg -i /tmp/liuhen.deb
            getent passwd liuhen
            stat -c '%U:%G %a' /var/lib/liuhen /etc/liuhen
            ls -l /etc/systemd/system/multi-user.target.wants/liuhen.service
            setpriv --reuid liuhen --regid liuhen --clear-groups /usr/bin/liuhen --help >/dev/null
            /usr/bin/liuhen-verify --help >/dev/null

            # As the unit would start it, but for a port that is free.
            mv /tmp/ledger /var/lib/liuhen/ledger && chown -R liuhen:liuhen /var/lib/liuhen
            mkdir /tmp/given && echo passphrase >/tmp/given/passphrase && chown -R liuhen /tmp/given
            command=$(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/liuhen.service)
            CREDENTIALS_DIRECTORY=/tmp/given LIUHEN_SERVE="--lang en --listen 127.0.0.1:0"
            eval "exec setpriv --reuid liuhen --regid liuhen --clear-groups $command" </dev/null >/tmp/said 2>&1 &
            service=$!
            for second in $(seq 60); do grep -q "serving at" /tmp/said && break; sleep 1; done
            cat /tmp/said; kill -HUP $service; sleep 1; kill -TERM $service; wait $service
            cat /tmp/said

            rm /etc/systemd/system/multi-user.target.wants/liuhen.service   # the operator disables it
            dpkg -i /tmp/liuhen.deb
            test ! -e /etc/systemd/system/multi-user.target.wants/liuhen.service
            echo upgraded
            dpkg --purge liuhen
            test -e /var/lib/liuhen/ledger/ledger.json && test ! -e /usr/bin/liuhen && test ! -e /etc/liuhen
            getent passwd liuhen >/dev/null && echo purged
        """)
        place = scratch()
        for name in ("upper", "work", "root"):
            os.mkdir(os.path.join(place, name))
        tests = os.path.join(ROOT, "tests")
        # An overlay cannot stand on another: its layers are in memory.
        done = subprocess.run(
            ["unshare", "--mount", "--fork", "sh", "-c",
             'mount -t tmpfs tmpfs "$PLACE" && mkdir "$PLACE/upper" "$PLACE/work" "$PLACE/root" && exec sh -c "$INSTALL"'],
            env={**os.environ, "PLACE": place, "DEB": self.deb, "DEMO": DEMO, "STEPS": steps, "INSTALL": INSTALL,
                 # Which a user of its own could not read where the project is.
                 "TESTS": tests, "TSAN_OPTIONS": os.environ.get("TSAN_OPTIONS", "").replace(tests, "/tmp"),
                 "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, timeout=600)
        if "mount" in done.stderr and "overlay" in done.stderr and done.returncode != 0:
            raise unittest.SkipTest("no overlay can be mounted here: " + done.stderr)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("liuhen:liuhen 700\nroot:liuhen 750\n", done.stdout)
        self.assertRegex(done.stdout, r"serving at http://127[^ ]+ .*\n(.*\n)*.*nothing to read again\n.*stopping")
        self.assertIn("upgraded", done.stdout)
        self.assertIn("purged", done.stdout)
        self.assertIn("/var/lib/liuhen", done.stdout)


class Unit(unittest.TestCase):
    def test_each_is_one_that_systemd_understands_and_finds_well_confined(self):
        if shutil.which("systemd-analyze") is None:
            raise unittest.SkipTest("systemd-analyze is not there")
        for name in ("liuhen.service", "liuhen-witness.service", "liuhen-backup.service", "liuhen-backup.timer"):
            unit = os.path.join(PACKAGE, name)
            done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=120)
            said = [line for line in done.stderr.splitlines() if "is not executable" not in line and line.strip()]
            self.assertEqual(said, [], name)
            if name.endswith(".timer"):
                continue
            rated = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20", unit],
                                   capture_output=True, text=True, timeout=120)
            self.assertEqual(rated.returncode, 0, rated.stdout[-2000:])


if __name__ == "__main__":
    unittest.main()
