#!/usr/bin/env python3
"""A second implementation of the rules in docs/formats/draw.md, as slow and as literal as the rules
themselves. It shares nothing with the C++ and makes the golden vectors of tests/crypto/draw/data:

    python3 tests/crypto/draw/reference/draw_reference.py            writes the vectors
    python3 tests/crypto/draw/reference/draw_reference.py --example  prints the page's worked example

Nothing but the standard library of Python 3.9 or later. The same files come out every time.
"""
import datetime
import hashlib
import hmac
import itertools
import random
import sys
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from pathlib import Path

from sealed_box import seal

DATA = Path(__file__).resolve().parent.parent / "data"
VACANT = None


# ---- notation ---------------------------------------------------------------------------------------

def H(data):
    return hashlib.sha256(data).digest()


def flatten(items):
    for item in items:
        if isinstance(item, list):
            yield len(item).to_bytes(8, "big")
            yield from flatten(item)
        elif isinstance(item, int):
            yield item.to_bytes(8, "big")
        elif isinstance(item, str):
            yield item.encode()
        else:
            yield item


def tup(*items):
    return b"".join(len(part).to_bytes(4, "big") + part for part in flatten(items))


def merkle_root(rows):
    if not rows:
        return H(b"")
    if len(rows) == 1:
        return H(b"\0" + rows[0])
    k = 1
    while 2 * k < len(rows):
        k *= 2
    return H(b"\1" + merkle_root(rows[:k]) + merkle_root(rows[k:]))


# ---- ECVRF-EDWARDS25519-SHA512-TAI, RFC 9381, in affine coordinates -----------------------------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P)


def times(n, point):
    total = (0, 1)
    while n:
        if n & 1:
            total = add(total, point)
        point = add(point, point)
        n >>= 1
    return total


def to_bytes(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def to_point(data):
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    if y >= P:
        return None
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y)


BASE = (recover_x(4 * pow(5, -1, P) % P, 0), 4 * pow(5, -1, P) % P)


def vrf_prove(secret, alpha):
    expanded = hashlib.sha512(secret).digest()
    x = int.from_bytes(expanded[:32], "little") & ~7 & ((1 << 254) - 1) | (1 << 254)
    public = times(x, BASE)
    h = None
    counter = 0
    while h is None or h == (0, 1):
        point = to_point(hashlib.sha512(b"\3\1" + to_bytes(public) + alpha + bytes([counter]) + b"\0").digest()[:32])
        h = None if point is None else times(8, point)
        counter += 1
    gamma = times(x, h)
    k = int.from_bytes(hashlib.sha512(expanded[32:] + to_bytes(h)).digest(), "little") % Q
    points = b"".join(map(to_bytes, (public, h, gamma, times(k, BASE), times(k, h))))
    c = hashlib.sha512(b"\3\2" + points + b"\0").digest()[:16]
    s = (k + int.from_bytes(c, "little") * x) % Q
    pi = to_bytes(gamma) + c + s.to_bytes(32, "little")
    beta = hashlib.sha512(b"\3\3" + to_bytes(times(8, gamma)) + b"\0").digest()
    return to_bytes(public), pi, beta


def ed25519_key(seed):
    x = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little") & ~7 & ((1 << 254) - 1) | (1 << 254)
    return to_bytes(times(x, BASE))


# ---- restricted pools ----------------------------------------------------------------------------------

def commit(salt, content):
    return H(b"liuhen/restricted/v1" + salt + content)


def derived(key, *items):
    return hmac.new(key, tup(*items), hashlib.sha256).digest()


def pool_row(key, row):
    id, stratum, weight, eligibility = row
    return derived(key, "salt", id), tup(stratum, weight, eligibility, derived(key, "ticket", id))


# ---- rows and hashes ----------------------------------------------------------------------------------

class Inspector:
    def __init__(self, id, unit, qualifications, capacity, eligibility):
        self.id, self.unit, self.qualifications = id, unit, sorted(qualifications, key=str.encode)
        self.capacity, self.eligibility = capacity, eligibility

    def row(self):
        return tup(self.id, self.unit, self.qualifications, self.capacity, self.eligibility)


class Group:
    def __init__(self, qualification, units, seats, unit_limit):
        self.qualification, self.units, self.seats, self.unit_limit = qualification, units, seats, unit_limit

    def fits(self, inspector):
        return ((self.qualification == "" or self.qualification in inspector.qualifications)
                and inspector.unit in self.units)


def group_of(groups, inspector):
    return next((g for g, group in enumerate(groups) if group.fits(inspector)), None)


def pair_order(seed, subject, inspector_id):
    return (H(H(tup("liuhen/pair/v1", seed, subject)) + inspector_id.encode()), inspector_id.encode())


# ---- selection ----------------------------------------------------------------------------------------

def visit_day(first, per_day, visit):
    """One day after another, leaving out Saturdays and Sundays."""
    day = datetime.date(1970, 1, 1) + datetime.timedelta(first)
    for _ in range(visit // per_day):
        day += datetime.timedelta(1)
        while day.isoweekday() > 5:
            day += datetime.timedelta(1)
    return (day - datetime.date(1970, 1, 1)).days


def within(value, bounds):
    return max(bounds[0], min(value, bounds[1]))


def shared_total(total, bounds, eligible):
    """The level at which the strata, each level times n and within its bounds, come to the total; then whole rows."""
    total = within(total, (sum(low for low, _ in bounds), sum(high for _, high in bounds)))
    reach = lambda level: sum(within(level * n, b) for n, b in zip(eligible, bounds))
    marks = sorted({Fraction(0)} | {Fraction(edge, n) for n, b in zip(eligible, bounds) if n for edge in b})
    below = max(mark for mark in marks if reach(mark) <= total)
    growing = sum(n for n, b in zip(eligible, bounds) if n and b[0] <= below * n < b[1])
    level = below + (Fraction(total - reach(below), growing) if growing else 0)
    exact = [within(level * n, b) for n, b in zip(eligible, bounds)]
    result = [floor(share) for share in exact]
    while sum(result) < total:
        left = [share - given for share, given in zip(exact, result)]
        result[left.index(max(left))] += 1
    return result


def counts(strata, total, eligible):
    """strata: (num, den, fixed), and minimum and maximum where there are any"""
    strata = [tuple(stratum) + (0,) * (5 - len(stratum)) for stratum in strata]
    highs = [min(maximum, n) if maximum else n for (*_, maximum), n in zip(strata, eligible)]
    bounds = [(min(minimum, high), high) for (*_, minimum, _), high in zip(strata, highs)]
    if total:
        return shared_total(total, bounds, eligible)
    return [min(fixed, n) if fixed else within(ceil(Fraction(num, den) * n), b)
            for (num, den, fixed, *_), n, b in zip(strata, eligible, bounds)]


def select(seed, strata, total, rows):
    """rows: (id, stratum, weight, eligibility); gives by stratum (eligible, drawn [(ticket, id)])"""
    tickets = [[] for _ in strata]
    for id, stratum, _, eligibility in rows:
        if eligibility == 0:
            tickets[stratum].append((H(H(tup("liuhen/stratum/v1", seed, stratum)) + id.encode()), id))
    ks = counts(strata, total, [len(t) for t in tickets])
    return [(len(t), sorted(t)[:k]) for t, k in zip(tickets, ks)]


def select_weighted(seed, strata, total, rows):
    """As select; gives by stratum (eligible, drawn [(ticket, id)], rest's k, rest's W, u)"""
    eligible = [[r for r in rows if r[1] == s and r[3] == 0] for s in range(len(strata))]
    result = []
    for s, (mine, k) in enumerate(zip(eligible, counts(strata, total, [len(e) for e in eligible]))):
        key = H(tup("liuhen/stratum/v1", seed, s))
        rest = sorted((H(key + id.encode()), id, weight) for id, _, weight, _ in mine)
        if k == 0:
            result.append((len(mine), [], 0, sum(w for _, _, w in rest), 0))
            continue
        drawn = []
        while True:
            whole = sum(w for _, _, w in rest)
            certain = [row for row in rest if row[2] * k > whole]
            if not certain:
                break
            drawn += certain
            rest = [row for row in rest if row not in certain]
            k -= len(certain)
        u = int.from_bytes(H(tup("liuhen/pps/v1", seed, s)), "big") % whole
        for i, row in enumerate(rest):
            before, after = sum(w for _, _, w in rest[:i]), sum(w for _, _, w in rest[:i + 1])
            if any(k * before <= u + j * whole < k * after for j in range(k)):
                drawn.append(row)
        result.append((len(mine), [(ticket, id) for ticket, id, _ in sorted(drawn)], k, whole, u))
    return result


# ---- matching: every team of every visit is written down and looked at ---------------------------------

def match(seed, groups, inspectors, subjects, conflicts):
    """Gives the visits in order: (subject, taken, team), a team being ids or VACANT."""
    visits = sorted(subjects, key=lambda s: (H(tup("liuhen/visit/v1", seed, s)), s.encode()))
    seat_groups = [g for g, group in enumerate(groups) for _ in range(group.seats)]
    able = {i.id: i for i in inspectors if i.eligibility == 0 and group_of(groups, i) is not None}
    ids = sorted(able)

    def valid(team):
        people = [i for i in team if i is not VACANT]
        if len(set(people)) != len(people):
            return False
        for g, group in enumerate(groups):
            units = [able[i].unit for i, sg in zip(team, seat_groups) if sg == g and i is not VACANT]
            if group.unit_limit and any(units.count(u) > group.unit_limit for u in units):
                return False
        return True

    def teams_of(subject):
        """All teams that fill the officers' seats, the lexicographically first one first."""
        order = sorted(ids, key=lambda i: pair_order(seed, subject, i))
        choices = []
        for g in seat_groups:
            fitting = [i for i in order if group_of(groups, able[i]) == g and (subject, i) not in conflicts]
            choices.append(fitting + ([VACANT] if g else []))
        return [team for team in itertools.product(*choices) if valid(team)]

    teams = {subject: teams_of(subject) for subject in visits}

    def after(capacity, team):
        left = list(capacity)
        for i in team:
            if i is not VACANT:
                left[ids.index(i)] -= 1
        return tuple(left) if min(left, default=0) >= 0 else None

    def filled(team):
        return sum(i is not VACANT for i in team)

    def most_seats(taken):
        @lru_cache(maxsize=None)
        def most(v, capacity):
            if v == len(taken):
                return 0
            best = None
            for team in teams[taken[v]]:
                left = after(capacity, team)
                rest = None if left is None else most(v + 1, left)
                if rest is not None and (best is None or rest + filled(team) > best):
                    best = rest + filled(team)
            return best
        return most

    start = tuple(able[i].capacity for i in ids)
    taken = []
    for subject in visits:
        if most_seats(taken + [subject])(0, start) is not None:
            taken.append(subject)

    most = most_seats(taken)
    capacity, chosen = start, {}
    for v, subject in enumerate(taken):
        for team in teams[subject]:
            left = after(capacity, team)
            rest = None if left is None else most(v + 1, left)
            if rest is not None and filled(team) + rest == most(v, capacity):
                chosen[subject], capacity = team, left
                break
    return [(s, s in chosen, chosen.get(s, (VACANT,) * len(seat_groups))) for s in visits]


# ---- substitute ---------------------------------------------------------------------------------------

def substitute(s2, subject, groups, seat, other_units, candidates):
    """candidates: (inspector, eligible, conflict, held, load)"""
    group = [g for g, grp in enumerate(groups) for _ in range(grp.seats)][seat]
    limit = groups[group].unit_limit
    admitted = [i.id for i, eligible, conflict, held, load in candidates
                if eligible and not conflict and not held and load < i.capacity and group_of(groups, i) == group
                and (limit == 0 or other_units.count(i.unit) < limit)]
    return min(admitted, key=lambda i: pair_order(s2, subject, i), default=None)


# ---- vectors ------------------------------------------------------------------------------------------
# Lines of words; "~" is an empty word, lists are joined by commas. Each file's first lines say more.

def word(value):
    if isinstance(value, bytes):
        value = value.hex()
    if isinstance(value, (list, tuple)):
        value = ",".join(word(v) for v in value)
    return str(value) if str(value) else "~"


class Lines:
    def __init__(self, name, about):
        self.path, self.lines = DATA / name, ["# " + line for line in about]

    def put(self, *words):
        self.lines.append(" ".join(word(w) for w in words))

    def save(self):
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text("\n".join(self.lines) + "\n")


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."


def random_ids(rng, count):
    ids = set()
    while len(ids) < count:
        ids.add("".join(rng.choice(ALPHABET) for _ in range(rng.choice([1, 2, 5, 18, 18, 18, 22, 23]))))
    return sorted(ids, key=str.encode)


def put_selection(out, seed, strata, total, rows):
    out.put("case", seed, total)
    for stratum in strata:
        out.put("stratum", *stratum)
    for id, stratum, _, eligibility in rows:
        out.put("row", id, stratum, eligibility)
    out.put("root", merkle_root([tup(*row) for row in rows]))
    for eligible, drawn in select(seed, strata, total, rows):
        out.put("outcome", eligible, len(drawn), drawn[-1][0] if drawn else "")
        for ticket, id in drawn:
            out.put("drawn", id, ticket)
    out.put("end")


def write_selections(rng):
    out = Lines("selection.txt", [
        "Made by reference/draw_reference.py.",
        "case SEED TOTAL / stratum NUM DEN FIXED / row ID STRATUM ELIGIBILITY / root POOL",
        "then by stratum: outcome ELIGIBLE DRAWN CUTOFF, and drawn ID TICKET in order / end"])
    for number in range(150):
        seed = rng.randbytes(64)
        strata = []
        for _ in range(rng.randint(1, 6)):
            den = rng.choice([1, 2, 3, 100, 1000, 7919, 2**64 - 1])
            num = rng.choice([0, 1, den, rng.randint(0, den)])
            strata.append((num, den, rng.choice([0, 0, 0, 1, 3, 50])))
        total = rng.choice([0, 0, 1, 3, 10, 1000])
        sizes = [rng.choice([0, 1, 2, 10, 10, 30]) for _ in strata]  # equal sizes: ties of remainders
        if number == 0:
            seed, strata, total, sizes = bytes(64), [(5, 100, 0)], 0, [0]
        members = [s for s, size in enumerate(sizes) for _ in range(size)]
        rng.shuffle(members)
        often = rng.choice([0, 0, 0.3, 1])
        rows = [(id, s, 1, rng.randint(1, 9) if rng.random() < often else 0)
                for id, s in zip(random_ids(rng, len(members)), members)]
        put_selection(out, seed, strata, total, rows)
    out.save()


def write_bounded(rng):
    out = Lines("bounded.txt", [
        "Made by reference/draw_reference.py. As selection.txt, with minima and maxima:",
        "stratum NUM DEN FIXED MINIMUM MAXIMUM"])
    for _ in range(150):
        seed = rng.randbytes(64)
        strata = []
        for _ in range(rng.randint(1, 6)):
            low = rng.choice([0, 0, 1, 2, 5, 12])
            bounds = (low, rng.choice([0, low or 1, low + rng.randint(1, 9)]))
            fixed = rng.choice([0, 0, 0, 0, 3])
            num = rng.choice([0, 1, 5, 50, 100])
            strata.append((0 if fixed else num, 100, fixed) + ((0, 0) if fixed else bounds))
        total = rng.choice([0, 1, 5, 10, 20, 1000])
        members = [s for s in range(len(strata)) for _ in range(rng.choice([0, 1, 3, 10, 10, 30]))]
        rng.shuffle(members)
        rows = [(id, s, 1, 1 if rng.random() < 0.1 else 0) for id, s in zip(random_ids(rng, len(members)), members)]
        put_selection(out, seed, strata, total, rows)
    out.save()


def random_weights(rng, count):
    kind = rng.randrange(7)
    if kind == 0:
        return [1] * count
    if kind == 1:
        return [rng.randint(1, 5) for _ in range(count)]
    if kind == 2:  # a few are certain
        return [rng.choice([1, 1, 1, 2, 3, 50, 1000]) for _ in range(count)]
    if kind == 3:  # each makes the next certain
        return [2**(60 - i) if i < 60 else 1 for i in range(count)]
    if kind == 4:  # just below 2^64 together
        return [(2**64 - 1) // count + (1 if i < (2**64 - 1) % count else 0) for i in range(count)]
    if kind == 5:
        return [rng.randint(1, 2**57) for _ in range(count)]
    return [2**63] + [rng.randint(1, 2**50) for _ in range(count - 1)]


def write_weighted(rng):
    out = Lines("weighted.txt", [
        "Made by reference/draw_reference.py.",
        "case SEED TOTAL / stratum NUM DEN FIXED / row ID STRATUM WEIGHT ELIGIBILITY",
        "then by stratum: outcome ELIGIBLE DRAWN REST_DRAWN REST_WEIGHT START, and drawn ID TICKET in order / end"])
    for _ in range(200):
        seed = rng.randbytes(64)
        strata = [(rng.choice([0, 1, 30, 50, 100]), 100, rng.choice([0, 0, 1, 2, 5, 12])) for _ in range(rng.randint(1, 3))]
        total = rng.choice([0, 0, 0, 7])
        sizes = [rng.choice([0, 1, 2, 8, 20, 40]) for _ in strata]
        members = [(s, w) for s, size in enumerate(sizes) if size for w in random_weights(rng, size)]
        rng.shuffle(members)
        often = rng.choice([0, 0, 0.3])
        rows = []
        for id, (s, w) in zip(random_ids(rng, len(members)), members):
            out_of_it = rng.random() < often
            rows.append((id, s, rng.choice([0, w, 2**64 - 1]) if out_of_it else w, 3 if out_of_it else 0))
        out.put("case", seed, total)
        for stratum in strata:
            out.put("stratum", *stratum)
        for row in rows:
            out.put("row", *row)
        for eligible, drawn, k, whole, u in select_weighted(seed, strata, total, rows):
            out.put("outcome", eligible, len(drawn), k, whole, u)
            for ticket, id in drawn:
                out.put("drawn", id, ticket)
        out.put("end")
    out.save()


def random_team(rng):
    units = ["370202", "370203", "市局一处"][:rng.randint(1, 3)]
    groups = [Group(rng.choice(["", "执法证"]), units, rng.choice([2, 2, 2, 3]), rng.randint(0, 2))]
    if rng.random() < 0.4:
        groups.append(Group(rng.choice(["", "EXPERT"]), rng.sample(units, rng.randint(1, len(units))),
                            rng.randint(1, 2), rng.randint(0, 1)))
    inspectors = []
    for id in random_ids(rng, rng.choice([0, 3, 4, 5, 6, 6, 6])):
        held = [q for q, often in (("EXPERT", 0.5), ("执法证", 0.9)) if rng.random() < often]
        inspectors.append(Inspector(id, rng.choice(units), held, rng.choice([0, 1, 1, 2, 2, 3, 4]), 2 if rng.random() < 0.07 else 0))
    return groups, inspectors


def put_team(out, groups, inspectors):
    for g in groups:
        out.put("group", g.qualification, g.units, g.seats, g.unit_limit)
    for i in inspectors:
        out.put("inspector", i.id, i.unit, i.qualifications, i.capacity, i.eligibility)


def write_matchings(rng):
    out = Lines("matching.txt", [
        "Made by reference/draw_reference.py, which looks at every team of every visit.",
        "case SEED / group QUALIFICATION UNITS SEATS UNIT_LIMIT",
        "inspector ID UNIT QUALIFICATIONS CAPACITY ELIGIBILITY / inspectors ROOT / subject ID TICKET",
        "conflict SUBJECT INSPECTOR / then in visit order: visit SUBJECT TAKEN TEAM / root VISITS / end",
        "In a team a vacant seat is ~."])
    for _ in range(400):
        seed = rng.randbytes(64)
        groups, inspectors = random_team(rng)
        subjects = random_ids(rng, rng.randint(0, 5))
        rng.shuffle(subjects)
        often = rng.choice([0, 0.1, 0.25])
        conflicts = {(s, i.id) for s in subjects for i in inspectors if rng.random() < often}
        tickets = {s: H(s.encode()) for s in subjects}
        out.put("case", seed)
        put_team(out, groups, inspectors)
        out.put("inspectors", merkle_root([i.row() for i in inspectors]))
        for s in subjects:
            out.put("subject", s, tickets[s])
        for s, i in sorted(conflicts):
            out.put("conflict", s, i)
        visits = match(seed, groups, inspectors, subjects, conflicts)
        for s, taken, team in visits:
            out.put("visit", s, int(taken), ["~" if i is VACANT else i for i in team])
        out.put("root", merkle_root([tup(s, tickets[s], [i or "" for i in team]) for s, _, team in visits]))
        out.put("end")
    out.save()


def write_substitutes(rng):
    out = Lines("substitute.txt", [
        "Made by reference/draw_reference.py.",
        "case ANNOUNCEMENT SEED SUBJECT SEAT ORDINAL OUTPUTS OTHER_UNITS / group and inspector as in matching.txt",
        "after each inspector: now ELIGIBLE CONFLICT HELD LOAD / seed S' / chosen ID, or ~ for none / end"])
    for _ in range(200):
        groups, inspectors = random_team(rng)
        announcement, seed, subject = rng.randbytes(32), rng.randbytes(64), random_ids(rng, 1)[0]
        seat = rng.randrange(sum(g.seats for g in groups))
        ordinal = rng.choice([1, 1, 2, 300])
        outputs = [rng.randbytes(32) for _ in range(rng.choice([0, 0, 1, 2]))]
        others = [rng.choice(groups[0].units) for _ in range(rng.randint(0, 2))]
        candidates = [(i, rng.random() < 0.9, rng.random() < 0.15, rng.random() < 0.2, rng.randint(0, 3))
                      for i in inspectors]
        out.put("case", announcement, seed, subject, seat, ordinal, outputs, others)
        for g in groups:
            out.put("group", g.qualification, g.units, g.seats, g.unit_limit)
        for i, eligible, conflict, held, load in candidates:
            out.put("inspector", i.id, i.unit, i.qualifications, i.capacity, i.eligibility)
            out.put("now", int(eligible), int(conflict), int(held), load)
        s2 = H(tup("liuhen/substitute/v1", announcement, seed, subject, seat, ordinal, outputs))
        out.put("seed", s2)
        out.put("chosen", substitute(s2, subject, groups, seat, others, candidates) or "")
        out.put("end")
    out.save()


# ---- the worked example ---------------------------------------------------------------------------------

def show(name, value):
    if isinstance(value, bytes):
        value = value.hex()
    if len(name) + len(value) < 96:
        print(f"{name} = {value}".rstrip())
        return
    print(f"{name} =")
    for start in range(0, len(value), 96):
        print("  " + value[start:start + 96])


def block(title, pairs):
    print(title + "\n\n```")
    for name, value in pairs:
        show(name, value)
    print("```\n")


def example():
    announcement = H(b"\0announcement")
    keys = [bytes([0x11]) * 32, bytes([0x22]) * 32]
    nonces = [bytes(range(32)), b""]
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    alpha = tup("liuhen/draw/v1", announcement, nonces + [b"ssq:2026137:03081219273106"], [])
    vrf_key, pi, seed = vrf_prove(secret, alpha)
    block("The seed. Two contributors: the first revealed, the second forfeited; then the digits of a lottery.", [
        ("announcement", announcement), ("contributor_0", keys[0]), ("nonce_0", nonces[0]),
        ("commitment_0", H(tup("liuhen/commit/v1", announcement, keys[0], nonces[0]))),
        ("digits", "ssq:2026137:03081219273106"), ("alpha", alpha),
        ("vrf_secret", secret), ("vrf_key", vrf_key), ("pi", pi), ("seed", seed)])

    subjects = [(f"91370200MA3C{n:06d}", n % 2, 1, 2 if n == 3 else 0) for n in range(1, 8)]
    strata = [(1, 2, 0), (30, 100, 0)]
    drawn = select(seed, strata, 0, subjects)
    pairs = [("row_0", tup(*subjects[0])), ("subject_root", merkle_root([tup(*row) for row in subjects]))]
    for s, (eligible, chosen) in enumerate(drawn):
        key = H(tup("liuhen/stratum/v1", seed, s))
        pairs += [(f"stratum_{s}", f"{eligible} {len(chosen)}"), (f"stratum_{s}_key", key)]
        pairs += [(f"ticket_{row[0]}", H(key + row[0].encode())) for row in subjects if row[1] == s and row[3] == 0]
        pairs += [(f"drawn_{s}", " ".join(id for _, id in chosen)), (f"cutoff_{s}", chosen[-1][0])]
    block("The selection. Seven firms, `91370200MA3C000001` to `…7`, in stratum n mod 2; the third is not\n"
          "eligible (reason 2). Rates are 1/2 and 30/100. A stratum's line gives how many are eligible and drawn.", pairs)

    weights = [1, 4, 2, 40, 3, 1, 2]
    weighted = [(id, 0, weights[n], reason) for n, (id, _, _, reason) in enumerate(subjects)]
    ((eligible, chosen, k, whole, u),) = select_weighted(seed, [(0, 1, 3)], 0, weighted)
    key = H(tup("liuhen/stratum/v1", seed, 0))
    order = sorted((H(key + id.encode()), id, w) for id, _, w, reason in weighted if reason == 0)
    hash = H(tup("liuhen/pps/v1", seed, 0))
    assert int.from_bytes(hash, "big") % whole == u
    block("By weight. The same firms in one stratum with weights 1, 4, 2, 40, 3, 1 and 2, of which 3 are drawn. In ticket\n"
          "order the line gives the last digit of each id and its weight; then k and W of the rest.", [
              ("pps_order", " ".join(f"{id[-1]}:{w}" for _, id, w in order)),
              ("pps_rest", f"{k} {whole}"), ("pps_hash", hash), ("pps_start", str(u)),
              ("pps_drawn", " ".join(id for _, id in chosen))])

    eligible, low, high = [2, 5, 60, 33], [1, 1, 0, 0], [0, 0, 8, 0]
    asked = [(20, 100, 0, *bounds) for bounds in zip(low, high)]
    words = lambda numbers: " ".join(map(str, numbers))
    block("How many, within bounds. Four strata with these eligible rows, minima and maxima (0: none): what a total of 20\n"
          "gives, and what a rate of 20/100 gives.", [
              ("bounds_eligible", words(eligible)), ("bounds_minimum", words(low)), ("bounds_maximum", words(high)),
              ("bounds_of_total", words(counts(asked, 20, eligible))),
              ("bounds_of_rate", words(counts(asked, 0, eligible)))])

    inspectors = [Inspector("JC-0001", "370202", ["执法证"], 2, 0), Inspector("JC-0002", "370202", ["执法证"], 1, 0),
                  Inspector("JC-0003", "370203", ["EXPERT", "执法证"], 2, 0), Inspector("JC-0004", "370203", ["执法证"], 1, 0),
                  Inspector("ZJ-0001", "370203", ["EXPERT"], 2, 0)]
    groups = [Group("执法证", ["370202", "370203"], 2, 1), Group("EXPERT", ["370203"], 1, 0)]
    tickets = {id: ticket for _, chosen in drawn for ticket, id in chosen}
    first = min(tickets, key=lambda s: H(tup("liuhen/visit/v1", seed, s)))
    conflicts = {(first, "JC-0004")}
    commitments = [H(b"\0conflict")]
    visits = match(seed, groups, inspectors, list(tickets), conflicts)
    pairs = [("inspector_2", inspectors[2].row()), ("inspector_root", merkle_root([i.row() for i in inspectors])),
             ("conflict_0", commitments[0]), ("conflict_root", merkle_root(commitments)),
             ("pair_key_0", H(tup("liuhen/pair/v1", seed, first)))]
    pairs.append(("order_0", " ".join(sorted((i.id for i in inspectors), key=lambda i: pair_order(seed, first, i)))))
    for v, (s, taken, team) in enumerate(visits):
        pairs += [(f"visit_{v}", " ".join([s] + [i or "~" for i in team])),
                  (f"visit_{v}_hash", H(tup("liuhen/visit/v1", seed, s)))]
    rows = [tup(s, tickets[s], [i or "" for i in team]) for s, _, team in visits]
    pairs += [("visit_row_0", rows[0]), ("visits_root", merkle_root(rows))]
    block("The matching. Four officers (`执法证`) and one expert; two officers' seats of different units (limit 1),\n"
          "one expert's seat. Officers JC-0001 and JC-0002 are of 370202, JC-0003, JC-0004 and ZJ-0001 of 370203;\n"
          "JC-0002 and JC-0004 go once, the others twice. JC-0003 is an expert too, but belongs to the first group\n"
          "he fits. JC-0004 has a conflict with the first visit. `~` is a vacant seat.", pairs)

    load = {i.id: sum(i.id in team for _, _, team in visits) for i in inspectors}
    s, _, team = next(v for v in visits if v[0] == first)
    other = next(i.unit for i in inspectors if i.id == team[1])
    s2 = H(tup("liuhen/substitute/v1", announcement, seed, s, 0, 1, []))
    spare = [(Inspector(i.id, i.unit, i.qualifications, 9, 0), True, (s, i.id) in conflicts, i.id in team, load[i.id])
             for i in inspectors]
    block("A substitute for seat 0 of the first visit, ordinal 1, no beacon, all capacities being 9 for the\n"
          "example's sake. The other officer's unit is at its limit.", [
              ("substitute_seed", s2), ("substitute_order", " ".join(
                  sorted((i.id for i in inspectors), key=lambda i: pair_order(s2, s, i)))),
              ("other_unit", other), ("substitute", substitute(s2, s, groups, 0, [other], spare) or "~")])

    leaver, later = visits[0][2][0], visits[1][2][1]
    seated = {i: n - (i == leaver) for i, n in load.items()}
    freed = {i: n - (i == later) for i, n in seated.items()}
    chosen = [substitute(s2, s, groups, 0, [other],
                         [(i, True, (s, i.id) in conflicts, i.id in team, held[i.id]) for i in inspectors]) or "~"
              for held in (seated, freed)]
    block("The same seat, with the capacities as they are: by what stands at the decision, and by what would stand if the\n"
          "recusal from seat 1 of the second visit, decided later, counted (section 9).", [
              ("leaver", leaver), ("later_leaver", later), ("substitute_at_decision", chosen[0]),
              ("substitute_by_later_loads", chosen[1])])

    first, per_day = (datetime.date(2026, 11, 27) - datetime.date(1970, 1, 1)).days, 2
    block("The days of a full inspection (\"Forms\"): two a day from 2026-11-27 on, a Friday. The first 15 visits, and number 1,000.", [
        ("days_first", str(first)), ("days_per_day", str(per_day)),
        ("days", words([visit_day(first, per_day, visit) for visit in range(15)])),
        ("days_far", str(visit_day(first, per_day, 1000)))])
    supervisors = [bytes([0x33]) * 32, bytes([0x44]) * 32]
    ephemerals = [bytes([0x55]) * 32, bytes([0x66]) * 32]
    public = [ed25519_key(seed) for seed in supervisors]
    pairs = [("seed_hash", H(tup("liuhen/sealed/v1", announcement, seed)))]
    for n, each in enumerate(supervisors):
        pairs += [(f"supervisor_{n}_seed", each), (f"supervisor_{n}", public[n]), (f"ephemeral_{n}", ephemerals[n]),
                  (f"sealed_pi_{n}", seal(public[n], pi, ephemerals[n]))]
    block("Sealed. The same seed, and its pi sealed to two supervisors: their Ed25519 seeds and keys, the ephemeral secrets, and what is\n"
          "recorded for each (section 11).", pairs)

    key = bytes([0x77]) * 32
    opened = [(f"91370200MA3C00000{n}", n % 2, 1, 2 if n == 3 else 0) for n in range(1, 8)]
    committed = [(row[0], commit(*pool_row(key, row))) for row in opened]
    first = opened[1]
    pairs = [("pool_key", key), ("pool_key_hash", commit(derived(key, "key"), key)),
             ("pool_key_sealed_0", seal(public[0], key, ephemerals[0])),
             ("blind_of_2", derived(key, "ticket", first[0])), ("salt_of_2", derived(key, "salt", first[0])),
             ("content_of_2", pool_row(key, first)[1]), ("commitment_of_2", committed[1][1]),
             ("restricted_row_1", tup(*committed[1])), ("restricted_root", merkle_root([tup(*row) for row in committed]))]
    drawn = []
    for s in (0, 1):
        stratum_key = H(tup("liuhen/stratum/v1", seed, s))
        tickets = sorted((H(stratum_key + derived(key, "ticket", row[0])), row[0])
                         for row in opened if row[1] == s and row[3] == 0)
        k = ceil(Fraction(*((1, 2) if s == 0 else (30, 100))) * len(tickets))
        drawn += tickets[:k]
        pairs += [(f"restricted_drawn_{s}", " ".join(id for _, id in tickets[:k])),
                  (f"restricted_cutoff_{s}", tickets[k - 1][0]),
                  (f"cutoff_commitment_{s}", commit(derived(key, "cutoff", s), tickets[k - 1][0]))]
    pairs += [(f"ticket_commitment_{id[-1]}", commit(derived(key, "drawn", id), ticket)) for ticket, id in drawn]
    block("Restricted. The firms of the selection above, their strata hidden under a key that is sealed to the first supervisor, with\n"
          "the same ephemeral secret (\"Restricted pools\"). The second firm is 91370200MA3C000002.", pairs)


if __name__ == "__main__":
    if sys.argv[1:] == ["--example"]:
        example()
    else:
        write_selections(random.Random(1))
        write_matchings(random.Random(2))
        write_substitutes(random.Random(3))
        write_weighted(random.Random(4))
        write_bounded(random.Random(5))
