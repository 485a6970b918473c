"""Compares the rules of crates/italy with python-stdnum and phonenumbers on random input.

    pip install python-stdnum phonenumbers
    python tests/oracle/italy.py [path of the example binary]

Prints how often they agree, and the first disagreements of each kind; fails where they agree less often than they did
when what differs was last looked at. What is known to differ, and why, is said beside each comparison.
"""

import random
import subprocess
import sys
from collections import Counter

try:
    import phonenumbers
    import stdnum.it.codicefiscale
    import stdnum.iban
    import stdnum.luhn
except ImportError as missing:
    sys.exit(f"{missing}: pip install python-stdnum phonenumbers")

chance = random.Random(20261004)
COMMAND = sys.argv[1:] or ["cargo", "run", "-q", "-p", "italy", "--example", "oracle"]
failed = []


def ask(kind, texts):
    run = subprocess.run(COMMAND, input="".join(f"{kind}\t{text}\n" for text in texts), capture_output=True, text=True, check=True)
    return [line.split("\t") for line in run.stdout.split("\n")[:-1]]


def report(what, texts, ours, theirs, least=100):
    differ = [(text, a, b) for text, a, b in zip(texts, ours, theirs) if a != b]
    agree = 100 * (1 - len(differ) / len(texts))
    print(f"{what}: {agree:.2f} % of {len(texts)} agree")
    if agree < least:
        failed.append(f"{what}: at least {least} % should agree")
    for text, a, b in differ[:8]:
        print(f"    {text!r}: ours {a}, theirs {b}")
    return differ


def digits(count):
    return "".join(chance.choice("0123456789") for _ in range(count))


def vat():
    # The check digit only: stdnum also refuses offices that it does not know.
    stems = [digits(7) + f"{chance.randint(1, 100):03}" for _ in range(10_000)]
    texts = [stem + (stdnum.luhn.calc_check_digit(stem) if chance.random() < 0.5 else digits(1)) for stem in stems]
    ours = [answer[0] != "-" for answer in ask("vat", texts)]
    report("partita IVA", texts, ours, [stdnum.luhn.is_valid(text) and text[:7] != "0000000" for text in texts])


def tax():
    letters = lambda count: "".join(chance.choice("ABCDEFGHILMNOPQRSTUVZ") for _ in range(count))
    texts = []
    for _ in range(10_000):
        day = chance.randint(1, 31) + chance.choice((0, 40))
        code = list(letters(6) + digits(2) + chance.choice("ABCDEHLMPRST") + f"{day:02}" + chance.choice("ABCDEFGHILM") + digits(3))
        for place in (6, 7, 9, 10, 12, 13, 14):
            if chance.random() < 0.1:
                code[place] = "LMNPQRSTUV"[int(code[place])]
        code = "".join(code)
        right = stdnum.it.codicefiscale.calc_check_digit(code)
        texts.append(code + (right if chance.random() < 0.7 else letters(1)))

    def valid(text):
        try:
            return stdnum.it.codicefiscale.is_valid(text)
        except Exception:  # it does arithmetic on omocodes
            return None

    ours = [answer[0] != "-" for answer in ask("tax", texts)]
    theirs = [valid(text) for text in texts]
    known = [place for place, answer in enumerate(theirs) if answer is not None]
    report("codice fiscale", *([column[place] for place in known] for column in (texts, ours, theirs)))


def iban():
    texts = []
    for _ in range(5_000):
        bban = chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + digits(22)
        text = stdnum.iban.calc_check_digits("IT00" + bban)
        texts.append("IT" + text + bban if chance.random() < 0.8 else "IT" + digits(2) + bban)
    # Random letters seldom are the right CIN, which stdnum does not check: compare the sum of all.
    ours = [answer[0] != "-" or "structure" in answer[1] for answer in ask("iban", texts)]
    report("IBAN", texts, ours, [stdnum.iban.is_valid(text, check_country=False) for text in texts])


AREAS = "010 011 0121 0131 0141 0165 0187 019 02 030 0321 0332 035 0362 0371 039 040 041 0422 0434 0444 045 0461 0471 049 050 051 0521 0532 0541 055 0564 0571 0577 0586 059 06 070 071 0721 0733 0744 075 0761 0773 079 080 081 0823 0832 085 0862 0874 0881 089 090 091 0921 0931 0942 095 0961 0971 0984 099".split()


def phone_text():
    sort = chance.random()
    if sort < 0.40:
        area = chance.choice(AREAS)
        parts = [area, digits(chance.choice((5, 6, 6, 7, 7)))]
    elif sort < 0.75:
        parts = ["3" + digits(2), digits(chance.choice((6, 7, 7, 7)))]
    elif sort < 0.80:
        parts = [chance.choice(("800", "899", "199", "848", "892")), digits(chance.choice((3, 6, 6)))]
    elif sort < 0.88:
        parts = [digits(chance.randint(2, 4)), digits(chance.randint(4, 8))]
    else:
        country = chance.choice(("GB", "DE", "FR", "US", "CH", "AT", "ES", "SM", "SI", "RO", "AL", "CN"))
        example = phonenumbers.example_number_for_type(country, chance.choice((0, 1)))
        number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        if chance.random() < 0.5:
            number = number[:-2] + digits(2)
        return number.replace("+", "00", 1) if chance.random() < 0.3 else number
    mark = chance.choice(("", " ", "/", "-", ".", " - ", " / "))
    number = mark.join(parts)
    if chance.random() < 0.15:
        number = f"({parts[0]}) {parts[1]}"
    return chance.choice(("", "", "", "+39 ", "0039", "+39")) + number


SORTS = {0: "Landline", 1: "Mobile", 2: "Landline", 3: "Free", 4: "Premium"}


def phones():
    texts = [phone_text() for _ in range(5_000)]

    def theirs(text):
        try:
            number = phonenumbers.parse(text, "IT")
        except phonenumbers.NumberParseException:
            return "-"
        if not phonenumbers.is_valid_number(number):
            return "-"
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def sort(text):
        number = phonenumbers.parse(text, "IT")
        # Their "personal" 199 is dear for who calls, and ours says so.
        if number.country_code == 39 and str(number.national_number).startswith("199"):
            return "Premium"
        return SORTS.get(phonenumbers.number_type(number), "Other")

    answers = ask("phone", texts)
    # Their Italian mobiles may have eleven and twelve digits; ours nine or ten, as those that are given out.
    differ = report("phones", texts, [answer[0] for answer in answers], [theirs(text) for text in texts], least=99.7)
    print("    by what we say:", dict(Counter(a if a == "-" else "accepted" for _, a, _ in differ)))
    both = [(text, answer[1]) for text, answer in zip(texts, answers) if answer[0] != "-" and theirs(text) == answer[0]]
    # Some numbers of Savona (019) are premium numbers to them.
    report("kinds of phones", [t for t, _ in both], [k for _, k in both], [sort(t) for t, _ in both], least=99.8)


vat()
tax()
iban()
phones()
if failed:
    sys.exit("\n".join(failed))
