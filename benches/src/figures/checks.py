"""Compares the rules of crates/italy with python-stdnum and phonenumbers: `checks.py ORACLE`, the program of its example.

Prints "= what<TAB>share" in per cent, and before it the first that differ.
"""

import random
import subprocess
import sys

import phonenumbers
import stdnum.it.codicefiscale
import stdnum.it.iva
import stdnum.luhn

chance = random.Random(5)
differing = 0


def ask(kind, texts):
    lines = "".join(f"{kind}\t{text}\n" for text in texts)
    answers = subprocess.run(sys.argv[1:], input=lines, capture_output=True, text=True, check=True).stdout
    return [answer.split("\t") for answer in answers.split("\n")[:-1]]


def compared(what, texts, ours, theirs):
    differ = [(text, one, other) for text, one, other in zip(texts, ours, theirs, strict=True) if one != other]
    for text, one, other in differ[:8]:
        print(f"{what} {text!r}: ours {one}, theirs {other}")
    print(f"= {what} ({len(texts):,})\t{100 * (1 - len(differ) / len(texts)):.3f}")


def digits(count):
    return "".join(chance.choice("0123456789") for _ in range(count))


def wrong(text, places):
    """The text with one digit of these places another one."""
    place = chance.choice(places)
    other = chance.choice([digit for digit in "0123456789" if digit != text[place]])
    return text[:place] + other + text[place + 1 :]


def partite_iva():
    offices = [f"{office:03}" for office in [*range(1, 101), 120, 121, 888, 999]]
    texts = []
    for turn in range(10_000):
        stem = digits(6) + chance.choice("123456789") + chance.choice(offices)
        text = stem + stdnum.luhn.calc_check_digit(stem)
        # A digit of the office would make another office of it: only the other places are made wrong.
        texts.append(wrong(text, [0, 1, 2, 3, 4, 5, 6, 10]) if turn % 2 else text)
    ours = [answer[0] != "-" for answer in ask("vat", texts)]
    compared("partite IVA against python-stdnum", texts, ours, [stdnum.it.iva.is_valid(text) for text in texts])


def codici_fiscali():
    def letters(count):
        return "".join(chance.choice("ABCDEFGHILMNOPQRSTUVZ") for _ in range(count))

    texts = []
    for turn in range(10_000):
        day = chance.randint(1, 28) + chance.choice((0, 40))
        stem = letters(6) + digits(2) + chance.choice("ABCDEHLMPRST") + f"{day:02}" + chance.choice("ABCDEFGHILM") + digits(3)
        text = stem + stdnum.it.codicefiscale.calc_check_digit(stem)
        texts.append(wrong(text, [6, 7, 12, 13, 14]) if turn % 2 else text)
    ours = [answer[0] != "-" for answer in ask("tax", texts)]
    compared("codici fiscali against python-stdnum", texts, ours, [stdnum.it.codicefiscale.is_valid(text) for text in texts])


def phones():
    areas = "010 011 0131 015 0187 02 030 0321 035 0362 039 040 041 0422 0444 045 0461 0471 049 050 051 0521 055 0574 0577 0586 06 070 071 075 080 081 0823 085 0862 0881 089 090 091 0931 095 0961 099".split()
    mobiles = "320 323 327 328 329 330 331 333 334 335 336 337 338 339 340 342 344 345 346 347 348 349 350 351 360 366 368 370 373 377 380 388 389 391 392 393".split()
    texts = []
    for _ in range(5_000):
        if chance.random() < 0.5:
            parts = [chance.choice(areas), chance.choice("123456789") + digits(chance.choice((5, 6)))]
        else:
            parts = [chance.choice(mobiles), digits(chance.choice((6, 7, 7, 7)))]
        mark = chance.choice(("", " ", "/", "-", ".", " - ", " / "))
        number = f"({parts[0]}) {parts[1]}" if chance.random() < 0.1 else mark.join(parts)
        if chance.random() < 0.3:
            number = number[:-3] + chance.choice((" ", ".", "-")) + number[-3:]
        if chance.random() < 0.08:
            number = number[:-2]
        texts.append(chance.choice(("", "", "+39 ", "0039 ", "0039", "+39")) + number)

    def theirs(text):
        try:
            number = phonenumbers.parse(text, "IT")
        except phonenumbers.NumberParseException:
            return "-"
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_valid_number(number) else "-"

    compared("phones against phonenumbers", texts, [answer[0] for answer in ask("phone", texts)], [theirs(text) for text in texts])


partite_iva()
codici_fiscali()
phones()
