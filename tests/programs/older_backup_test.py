"""`liuhen restore` where the directory of backups shows a newer head than what it restores, where backups are damaged, and
where the log has changed its key since: no two histories get signed (docs/operate.md, "Restoring")."""

import base64
import glob
import os
import re
import shutil
import unittest

from backup_test import department, size_in, text_of, write_cosigned
from programs import Service, copy_of_demo, head_of, liuhen, person, scratch, verify

STRANGER = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def bytes_of(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def names_in(folder):
    return sorted(glob.glob(folder + "/**", recursive=True))


class Ledgers(unittest.TestCase):
    def setUp(self):
        self.ledger = copy_of_demo()
        self.backups = os.path.join(scratch(), "backups")
        self.size = size_in(head_of(self.ledger))

    def done(self, *words):
        code, out, err = liuhen(*words)
        self.assertEqual(code, 0, (words, out, err))
        return out

    def refused(self, why, *words):
        code, out, err = liuhen(*words)
        self.assertEqual(code, 1, (words, out, err))
        self.assertIn(f"[{why}]", err)
        return err

    def back_up(self):
        self.done("backup", self.ledger, "--to", self.backups)

    def add(self, *numbers):
        for number in numbers:
            self.assertEqual(department(("--dir", self.ledger), number)[0], 0)

    def restore(self, *words):
        directory = os.path.join(scratch(), "restored")
        return directory, self.done("restore", self.backups, directory, *words)

    def put_keys(self, directory):
        shutil.copytree(os.path.join(self.ledger, "keys"), os.path.join(directory, "keys"))

    def expect_no_second_history(self, directory, size):
        """Nothing is signed until somebody decides, by an event that everyone sees."""
        self.assertEqual(size_in(head_of(directory)), size)
        self.put_keys(directory)
        for words in (("serve", "--listen", "127.0.0.1:0"), ("state", "log")):
            self.refused("ledger.rolled_back", *words, "--dir", directory)
        self.assertEqual(department(("--dir", directory), 7)[0], 1)
        self.assertEqual(size_in(head_of(directory)), size)


class Older(Ledgers):
    """Two backups, of which the first is restored."""

    def setUp(self):
        super().setUp()
        self.back_up()
        self.add(1, 2)
        self.back_up()
        self.meta = os.path.join(self.backups, "meta", "2")

    def accept(self, directory):
        return self.done("accept-loss", "--dir", directory, "--reason", "备份损坏", "--key",
                         os.path.join(directory, "keys", "platform.key"), "--key", person("trustee-2"))

    def lose_a_table(self):
        of = [set(re.findall(r"^shared\S+", text_of(self.backups, "meta", number), re.M)) for number in "12"]
        os.remove(os.path.join(self.backups, min(of[1] - of[0])))

    def cut_metadata(self, keep):
        with open(self.meta, "rb") as file:
            good = file.read()
        with open(self.meta, "wb") as file:
            file.write(good[:keep])

    def flip_checksum(self):
        with open(self.meta, "rb") as file:
            good = file.read()
        with open(self.meta, "wb") as file:
            file.write(good.replace(b"crc32", b"crc33", 1))

    def test_the_newer_backup_shows_what_was_signed(self):
        directory, out = self.restore("--number", "1")
        self.assertIn(f"has {self.size + 2} entries", out)
        self.expect_no_second_history(directory, self.size + 2)
        self.accept(directory)
        self.assertIn("Restored from an older backup", verify("dir", directory)[1])
        # What it goes on with is backed up to the same place, and restored from there.
        self.done("backup", directory, "--to", self.backups)
        again, out = self.restore()
        self.assertIn("restored backup 3", out)
        code, said = verify("dir", again)
        self.assertEqual(code, 0, said)
        self.put_keys(again)
        self.done("state", "log", "--dir", again)

    def test_a_loss_under_a_later_head_covers_the_backups_before(self):
        self.add(3)
        directory, _ = self.restore("--number", "1", "--head", os.path.join(self.ledger, "head"))
        self.expect_no_second_history(directory, self.size + 3)
        self.accept(directory)
        self.done("backup", directory, "--to", self.backups)
        again, _ = self.restore()
        self.assertEqual(head_of(again), head_of(directory))

    def test_another_history_in_the_same_place_is_seen(self):
        other = copy_of_demo()
        for number in (7, 8, 9):
            self.assertEqual(department(("--dir", other), number)[0], 0)
        self.done("backup", other, "--to", self.backups)
        err = self.refused("restore.fork", "restore", self.backups, os.path.join(scratch(), "r"))
        self.assertIn("the checkpoint of backup 2", err)

    def left_cosigned(self, *notes):
        """A directory whose database and head are gone, and where the cosignatures are left."""
        directory = os.path.join(scratch(), "restored")
        os.mkdir(directory)
        write_cosigned(directory, *notes)
        return directory

    def test_the_cosigned_file_shows_what_was_signed(self):
        """Where no later backup does: a start goes by it too."""
        os.remove(self.meta)
        directory = self.left_cosigned("no note\n\n", head_of(self.ledger))
        out = self.done("restore", self.backups, directory)
        self.assertIn(f"has {self.size + 2} entries", out)
        self.assertEqual(head_of(directory), head_of(self.ledger), "the log's line alone")
        self.expect_no_second_history(directory, self.size + 2)

    def test_another_history_in_the_cosigned_file_is_seen(self):
        """Whatever was ever declared lost beside it."""
        other = copy_of_demo()
        self.assertEqual(department(("--dir", other), 9)[0], 0)
        directory = self.left_cosigned(head_of(other))
        with open(os.path.join(directory, f"head.lost-{self.size + 9}"), "w", encoding="utf-8", newline="") as file:
            file.write(head_of(self.ledger))
        err = self.refused("restore.fork", "restore", self.backups, directory)
        self.assertIn("a checkpoint in the file cosigned", err)
        self.assertIn("cosigned", os.listdir(directory))

    def test_a_damaged_cosigned_file_leaves_open_what_was_signed(self):
        """What can be read of it counts, but the newest is the last in it."""
        os.remove(self.meta)
        for damage in (lambda text: text[:-40], lambda text: text.replace("\u2014 ", "\u2014 x", 1), lambda text: "?" + text):
            directory = self.left_cosigned(head_of(self.ledger))
            cosigned = os.path.join(directory, "cosigned")
            before = text_of(cosigned)
            with open(cosigned, "w", encoding="utf-8", newline="") as file:
                file.write(damage(before))
            self.assertNotEqual(text_of(cosigned), before)
            out = self.done("restore", self.backups, directory)
            self.assertIn("the newest checkpoint in the file cosigned there is damaged", out)
            self.assertIn("no head was written", out)
            self.assertFalse(os.path.exists(os.path.join(directory, "head")))
            self.assertTrue(os.path.exists(os.path.join(directory, "head.restored")))
            shutil.rmtree(directory)

    def test_a_cosigned_file_that_cannot_be_read_restores_nothing(self):
        directory = os.path.join(scratch(), "restored")
        os.makedirs(os.path.join(directory, "cosigned"))
        self.refused("cosigned.io", "restore", self.backups, directory)
        self.assertEqual(os.listdir(directory), ["cosigned"])

    def test_a_loss_takes_away_what_was_cosigned_of_it_and_excuses_no_second(self):
        directory = self.left_cosigned(head_of(self.ledger))
        cosigned = os.path.join(directory, "cosigned")
        self.done("restore", self.backups, directory, "--number", "1")
        self.expect_no_second_history(directory, self.size + 2)
        self.accept(directory)
        self.assertFalse(os.path.exists(cosigned))
        self.assertIn(head_of(self.ledger), text_of(cosigned + f".lost-{self.size + 2}"))
        # What goes on is shorter still than what was lost. It is put back once more, and of all that
        # was signed only the file of cosignatures is left.
        write_cosigned(directory, head_of(directory))
        os.remove(self.meta)
        for gone in ("db", "head", "keys"):
            shutil.move(os.path.join(directory, gone), os.path.join(scratch(), "gone-" + gone))
        out = self.done("restore", self.backups, directory, "--number", "1")
        self.assertIn(f"has {self.size + 1} entries", out)
        self.expect_no_second_history(directory, self.size + 1)

    def test_a_start_sees_in_the_cosigned_file_that_what_goes_on_after_a_loss_was_put_back(self):
        directory, _ = self.restore("--number", "1")
        self.put_keys(directory)
        self.accept(directory)
        before = os.path.join(scratch(), "before")
        shutil.copytree(directory, before)
        self.assertEqual(department(("--dir", directory), 4)[0], 0)
        write_cosigned(before, head_of(directory))
        self.assertEqual(size_in(head_of(directory)), self.size + 2, "as many as were lost")
        self.refused("ledger.rolled_back", "serve", "--listen", "127.0.0.1:0", "--dir", before)

    def test_a_key_that_is_not_known_in_the_cosigned_file_restores_nothing(self):
        """The log may have changed to it after the backup; what is of another log says nothing."""
        note = head_of(self.ledger)
        text, name = note[:note.rindex("\n\n") + 2], note.splitlines()[0]
        unknown = text + f"\u2014 {name} " + base64.b64encode(bytes(68)).decode() + "\n"
        err = self.refused("restore.key", "restore", self.backups, self.left_cosigned(note, unknown))
        self.assertIn("a checkpoint in the file cosigned is signed by a key", err)
        self.done("restore", self.backups, self.left_cosigned(unknown.replace(name, "other.example/log")))

    def test_two_signed_heads_of_one_size_beyond_the_backup_are_a_fork(self):
        other = copy_of_demo()
        for number in (7, 8):
            self.assertEqual(department(("--dir", other), number)[0], 0)
        target = os.path.join(scratch(), "r")
        err = self.refused("restore.fork", "restore", self.backups, target, "--number", "1", "--head", os.path.join(other, "head"))
        self.assertIn(f"both of {self.size + 2} entries", err)
        self.assertFalse(os.path.exists(target))

    def test_a_damaged_newest_one_is_no_reason_to_take_an_older_one(self):
        good = self.backups
        for damage in (self.lose_a_table, self.flip_checksum, lambda: self.cut_metadata(-40)):
            self.backups = os.path.join(scratch(), "backups")
            shutil.copytree(good, self.backups)
            self.meta = os.path.join(self.backups, "meta", "2")
            damage()
            lines = self.done("restore", self.backups, "--list").splitlines()
            self.assertEqual([line.split("\t")[0] for line in lines[:2]], ["1", "2"])
            self.assertNotIn("damaged", lines[0])
            self.assertIn("damaged", lines[1])
            target = os.path.join(scratch(), "r")
            for words in ((), ("--number", "2")):
                err = self.refused("backup.damaged", "restore", self.backups, target, *words)
                self.assertIn("lacks what was signed after it", err)
                self.assertFalse(os.path.exists(target))
            # The next backup says so, and takes nothing away.
            before = names_in(self.backups)
            for keep in ((), ("--keep", "1")):
                err = self.refused("backup.damaged", "backup", self.ledger, "--to", self.backups, *keep)
                self.assertIn("backup 2", err)
                self.assertIn("Move that directory away, keep it", err)
            self.assertEqual(names_in(self.backups), before)
            directory, out = self.restore("--number", "1")
            self.assertIn(f"has {self.size + 2} entries", out)
            self.expect_no_second_history(directory, self.size + 2)

    def test_where_its_checkpoint_is_gone_too_nothing_starts_unasked(self):
        self.cut_metadata(0)
        directory, out = self.restore("--number", "1")
        self.assertIn("of later backups (2) the signed checkpoint cannot be read", out)
        self.put_keys(directory)
        self.refused("head.absent", "state", "log", "--dir", directory)
        # Who has a newer head gives it; who knows that there is none says so.
        given, _ = self.restore("--number", "1", "--head", os.path.join(self.ledger, "head"))
        self.expect_no_second_history(given, self.size + 2)
        os.rename(os.path.join(directory, "head.restored"), os.path.join(directory, "head"))
        self.done("state", "log", "--dir", directory)

    def test_one_whose_metadata_was_taken_away_is_missed(self):
        """Between others for good, and the newest for as long as its files are there."""
        self.add(3)
        self.back_up()
        for number, missing in ((2, ("meta/2",)), (3, ("meta/2, meta/3",)), (1, ("meta/1, meta/2, meta/3",))):
            os.remove(os.path.join(self.backups, "meta", str(number)))
            code, out, _ = liuhen("restore", self.backups, "--list")
            self.assertEqual(code, 1 if number == 1 else 0)
            for name in missing:
                self.assertIn(f"lacks {name}, taken away", out)
            if number != 1:
                _, out = self.restore("--number", "1")
                self.assertIn(f"lacks {missing[0]}, taken away", out)
        out = self.done("backup", self.ledger, "--to", self.backups)
        self.assertIn("lacks meta/1, meta/2, meta/3, taken away", out)
        self.assertNotIn("taken away", self.done("backup", self.ledger, "--to", self.backups, "--keep", "1"))
        self.assertNotIn("taken away", self.done("restore", self.backups, "--list"))

    def test_a_list_says_that_it_is_not_verified(self):
        """Names and sizes are what the metadata says: any may be written there."""
        with open(self.meta, "rb") as file:
            old = file.read()
        hexed = re.search(rb"^metadata ([0-9a-fA-F]+)$", old, re.M).group(1)
        forged = bytes.fromhex(hexed.decode()).replace(b"qingdao.example/liuhen\n", b"jinan.example/liuhen\n", 1)
        with open(self.meta, "wb") as file:
            file.write(old.replace(hexed, forged.hex().encode()))
        out = self.done("restore", self.backups, "--list")
        self.assertIn("jinan.example/liuhen", out)
        self.assertIn("as the backups say of themselves, not verified", out)

    def test_all_of_them_damaged_are_not_none(self):
        for number in "12":
            with open(os.path.join(self.backups, "meta", number), "wb"):
                pass
        self.assertIn("2 of them damaged", self.done("restore", self.backups, "--list"))
        self.refused("backup.damaged", "restore", self.backups, os.path.join(scratch(), "r"))

    def test_a_flipped_digit_of_a_checkpoint_is_damage_and_no_other_log(self):
        with open(self.meta, "rb") as file:
            good = file.read()
        text = bytes.fromhex(re.search(rb"^metadata (\w+)$", good, re.M).group(1).decode()).decode()
        name, size = text.split("\n")[:2]
        for bad in (text.replace(name, name[:1] + "g" + name[2:], 1), text.replace(f"\n{size}\n", f"\n{int(size) + 1}\n")):
            with open(self.meta, "wb") as file:
                file.write(good.replace(text.encode().hex().encode(), bad.encode().hex().encode())
                           .replace(text.encode().hex().upper().encode(), bad.encode().hex().upper().encode()))
            err = self.refused("backup.damaged", "backup", self.ledger, "--to", self.backups)
            self.assertIn("the checkpoint in meta/2 is not what was signed", err)
            directory, _ = self.restore()  # whose files are whole
            self.assertEqual(head_of(directory), head_of(self.ledger))
            out = self.restore("--number", "1")[1]  # and show it
            self.assertIn(f"has {self.size + 2} entries", out)

    def test_what_a_later_one_has_counts_beyond_what_its_note_says(self):
        """As of one that was begun while entries came; a mirror fills up a part of them."""
        copy = os.path.join(scratch(), "copy")
        self.add(3)
        with Service(self.ledger) as service:
            self.done("mirror", service.url, copy)
        self.add(4)
        self.back_up()
        third = os.path.join(self.backups, "meta", "3")
        of_second = re.search(rb"^metadata \w+$", bytes_of(self.meta), re.M).group()
        changed = re.sub(rb"^metadata \w+$", of_second, bytes_of(third), flags=re.M)
        with open(third, "wb") as file:
            file.write(changed)
        lines = self.done("restore", self.backups, "--list").splitlines()
        self.assertEqual([line.split("\t")[2] for line in lines[1:3]], [str(self.size + 2)] * 2)
        for words, size in ((("--number", "2"), self.size + 2), (("--number", "1", "--from-mirror", copy), self.size + 3)):
            directory, out = self.restore(*words)
            self.assertIn(f"{size} entries, all verified", out)
            self.assertIn(f"has {self.size + 4} entries", out)
            self.expect_no_second_history(directory, self.size + 4)


class LossDeclared(Ledgers):
    """Backup 1 is of before; 2 of a history that was lost; then the loss was declared, and 3 is of what followed."""

    def setUp(self):
        super().setUp()
        self.back_up()
        old = os.path.join(scratch(), "db")
        shutil.copytree(os.path.join(self.ledger, "db"), old)
        self.add(1, 2, 3, 4)
        self.back_up()
        self.add(9)
        self.lost = os.path.join(scratch(), "lost")
        with open(self.lost, "w", encoding="utf-8", newline="") as file:
            file.write(head_of(self.ledger))
        shutil.rmtree(os.path.join(self.ledger, "db"))
        shutil.copytree(old, os.path.join(self.ledger, "db"))
        self.done("accept-loss", "--dir", self.ledger, "--reason", "磁盘损坏", "--key",
                  os.path.join(self.ledger, "keys", "platform.key"), "--key", person("trustee-2"))
        self.back_up()
        self.copy = os.path.join(scratch(), "copy")

    def date(self, number, time):
        meta = os.path.join(self.backups, "meta", str(number))
        with open(meta, "rb") as file:
            rest = file.read().split(b"\n", 1)[1]
        with open(meta, "wb") as file:
            file.write(time + b"\n" + rest)

    def mirror(self):
        with Service(self.ledger) as service:
            self.done("mirror", service.url, self.copy)

    def expect_filled_up(self, size):
        directory, out = self.restore("--number", "1", "--from-mirror", self.copy)
        self.assertIn("were taken from the copy", out)
        self.assertNotIn("mind: the newest checkpoint known", out)
        self.assertEqual(size_in(head_of(directory)), size)
        self.put_keys(directory)
        self.done("state", "log", "--dir", directory)

    def test_a_copy_fills_up_whatever_the_lost_history_had(self):
        """And whatever the clock said when that was backed up."""
        self.date(2, b"4000000000")
        self.mirror()
        self.expect_filled_up(self.size + 1)  # shorter than what was lost
        self.add(5, 6, 7, 8)
        self.mirror()
        self.expect_filled_up(self.size + 5)  # longer

    def test_a_later_backup_of_the_history_that_goes_on_counts(self):
        """Whatever the clock said when it was made."""
        self.mirror()
        self.add(5, 6, 7, 8, 9)
        self.back_up()
        for time in (None, b"1600000000"):
            if time:
                self.date(4, time)
            directory, out = self.restore("--number", "1", "--from-mirror", self.copy)
            self.assertIn(f"has {self.size + 6} entries", out)
            self.expect_no_second_history(directory, self.size + 6)

    def test_two_heads_that_are_not_of_one_history_are_seen(self):
        target = os.path.join(scratch(), "r")
        err = self.refused("restore.fork", "restore", self.backups, target, "--number", "1")
        self.assertIn("the checkpoint of backup 2", err)
        self.assertIn("take that backup's file out of the copy's meta/", err)
        self.assertFalse(os.path.exists(target))
        all_of_them, self.backups = self.backups, os.path.join(scratch(), "backups")
        shutil.copytree(all_of_them, self.backups)
        os.remove(os.path.join(self.backups, "meta", "2"))
        directory, _ = self.restore("--number", "1")
        self.expect_no_second_history(directory, self.size + 1)

    def test_where_a_backup_cannot_be_read_its_time_tells(self):
        self.mirror()
        self.date(2, b"1600000000")
        with open(os.path.join(self.backups, "meta", "2"), "r+b") as file:
            damaged = file.read().replace(b"crc32", b"crc33", 1)
            file.seek(0)
            file.write(damaged)
        self.expect_filled_up(self.size + 1)

    def test_the_lost_head_is_known_whoever_kept_it(self):
        for line in ("", "\u2014 witness.example/w " + base64.b64encode(bytes(76)).decode() + "\n"):
            with open(self.lost, "a", encoding="utf-8", newline="") as file:
                file.write(line)
            directory, out = self.restore("--head", self.lost)
            self.assertIn("the one that the log has declared lost", out)
            self.assertEqual(size_in(head_of(directory)), self.size + 1)

    def test_a_head_that_was_given_with_cosignatures_is_declared_without(self):
        note = text_of(self.lost)
        cosigned = note + "\u2014 witness.example/w " + base64.b64encode(bytes(76)).decode() + "\n"
        with open(self.lost, "w", encoding="utf-8", newline="") as file:
            file.write(cosigned)
        self.only_the_first()
        directory, _ = self.restore("--head", self.lost)
        self.assertEqual(head_of(directory), note)
        for put_back in (False, True):  # as it is held, by hand
            if put_back:
                directory, _ = self.restore()
                with open(os.path.join(directory, "head"), "w", encoding="utf-8", newline="") as file:
                    file.write(cosigned)
            self.put_keys(directory)
            self.done("accept-loss", "--dir", directory, "--reason", "磁盘损坏", "--key",
                      os.path.join(directory, "keys", "platform.key"), "--key", person("trustee-2"))
            place = os.path.join(scratch(), "backups")
            self.done("backup", directory, "--to", place)
            out = self.done("restore", place, os.path.join(scratch(), "again"), "--head", self.lost)
            self.assertIn("the one that the log has declared lost", out)

    def only_the_first(self):
        all_of_them, self.backups = self.backups, os.path.join(scratch(), "backups")
        shutil.copytree(all_of_them, self.backups)
        for number in "23":
            os.remove(os.path.join(self.backups, "meta", number))


class KeyChanged(Ledgers):
    """The backup is of before the log's key was changed, the mirror of after."""

    def setUp(self):
        super().setUp()
        self.old = self.done("state", "vkey", "--dir", self.ledger).strip()
        self.copy = os.path.join(scratch(), "copy")
        self.back_up()
        self.mirror()

    def mirror(self, *words):
        with Service(self.ledger) as service:
            self.done("mirror", service.url, self.copy, *words)

    def rotate(self):
        self.done("key", "rotate-log", "--dir", self.ledger, "--reason", "轮换", "--key", person("trustee-1"), "--key",
                  person("trustee-2"))
        self.new = self.done("state", "vkey", "--dir", self.ledger).strip()
        self.add(1)
        self.mirror()

    def end_it(self):
        self.mirror("--vkey", self.new)
        self.old_key = os.path.join(scratch(), "old.key")
        shutil.move(os.path.join(self.ledger, "keys", "log-old.key"), self.old_key)
        self.add(2)
        self.mirror()

    def test_its_missing_entries_come_from_a_mirror_under_the_new_key(self):
        self.rotate()
        for words in ((), ("--vkey", self.old), ("--vkey", self.new)):  # both sign
            directory, out = self.restore("--from-mirror", self.copy, *words)
            self.assertIn("entries after the backup", out)
            self.assertEqual(head_of(directory), head_of(self.ledger))
        self.end_it()
        directory, out = self.restore("--from-mirror", self.copy, "--vkey", self.new)
        self.assertIn("entries after the backup", out)
        self.assertEqual(head_of(directory), head_of(self.ledger))
        for vkey in (self.old, self.new):
            self.assertEqual(verify("dir", directory, "--vkey", vkey)[0], 0)
        self.put_keys(directory)
        self.assertEqual(department(("--dir", directory), 9)[0], 0)
        target = os.path.join(scratch(), "r")
        for words in ((), ("--vkey", self.old)):
            err = self.refused("restore.key", "restore", self.backups, target, "--from-mirror", self.copy, *words)
            self.assertIn("give the new verifier key by --vkey", err)
        self.refused("restore.key", "restore", self.backups, target, "--from-mirror", self.copy, "--vkey", STRANGER)
        self.assertFalse(os.path.exists(target))

    def test_a_head_under_the_new_key_forbids_to_sign(self):
        self.rotate()
        self.end_it()
        head = ("--head", os.path.join(self.copy, "checkpoint"))
        target = os.path.join(scratch(), "r")
        for words in ((), ("--vkey", self.old)):
            err = self.refused("restore.key", "restore", self.backups, target, *head, *words)
            self.assertIn("give the new verifier key by --vkey", err)
        self.refused("restore.key", "restore", self.backups, target, *head, "--vkey", STRANGER)
        self.refused("restore.key", "restore", self.backups, target, "--vkey", self.new)  # nothing ties it to the log
        self.assertFalse(os.path.exists(target))
        directory, out = self.restore(*head, "--vkey", self.new)
        self.assertIn("rests on the checkpoint signed by it alone", out)
        self.expect_no_second_history(directory, size_in(head_of(self.ledger)))

    def test_so_does_a_later_backup_under_the_new_key(self):
        self.rotate()
        self.end_it()
        self.back_up()
        for words in ((), ("--vkey", self.old), ("--vkey", self.new)):
            self.restore(*words)
        self.refused("restore.key", "restore", self.backups, os.path.join(scratch(), "r"), "--number", "1")
        directory, _ = self.restore("--number", "1", "--vkey", self.new)
        self.expect_no_second_history(directory, size_in(head_of(self.ledger)))


if __name__ == "__main__":
    unittest.main()
