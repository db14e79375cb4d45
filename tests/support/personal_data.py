"""Messages of made-up people from many places, with what of each must not leave."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass

from coach.guard.identifiers import luhn

# Given name, family name; written down for this file, not taken from the lists that the guard ships with.
PEOPLE = """
Ngozi Okonjo-Iweala|Thabo Mabuza|Wanjiru Kamau|Kwabena Asante|Tadesse Alemu|Fatoumata Diarra
Rakotomalala Hery|Priya Raghunathan|Arjun Venkataraman|Gurpreet Sandhu|Ayesha Siddiqui
Tharindu Wickramasinghe|Bishnu Thapaliya|Nguyễn Thị Hương|Trần Quốc Bảo|Somchai Wongsawat
Dewi Kusumaningrum|Maricel Dimaculangan|Htet Aung Kyaw|Xiaoming Zhang|Ruolin Ouyang|Haruto Nakagawa
Sakura Hasegawa|Ji-hoon Baek|Seo-yeon Hwang|Batbayar Ganbold|Siobhán Ní Bhriain|Eilidh MacLeod
Llewellyn ap Rhys|Keisha Washington-Greene|Tyrone Beauregard|Caitlin O'Shaughnessy
Jürgen Großschmidt|Annegret Weißhaupt|Łukasz Brzęczyszczykiewicz|Małgorzata Wójcik|Zdeněk Dvořáček
Ľubomír Kováčik|Šárka Nováková|Željko Petrović|Dragana Stojanović|Gergana Dimitrova|Ștefan Ionescu
Ioana Popescu-Tăriceanu|Gyöngyi Szentgyörgyi|Balázs Kertész|Jyrki Hämäläinen|Åsa Sjögren
Øystein Bjørnstad|Guðrún Sigurðardóttir|Aistė Kazlauskaitė|Mārtiņš Bērziņš|Toomas Tamm
Oleksandr Shevchuk|Yevgenia Kuznetsova|Armen Hovhannisyan|Tamar Beridze|Gülşen Yıldırım
Oğuzhan Çelik|Shirin Ebadipour|Behrouz Khosravi|Yousef Al-Masri|Layla bint Khalid|Tzipora Rosenzweig
Aigerim Nurlanova|Dilshod Rakhimov|Anaïs Lefèvre|François de La Tour|Benoît Desrosiers
Iñaki Etxeberria|Núria Puigdemont|José María Ibáñez|Ximena Villanueva|Itzel Cuauhtémoc
João Guimarães|Conceição Vasconcelos|Giuseppina Lo Cascio|Niccolò dell'Aquila
Eleftheria Papadopoulou|Spyridon Karagiannis|Wouter van den Heuvel|Femke Hoogendoorn
Marijke de Vries|Kalani Keawe|Tama Ngata|Nayeli Quispe|Atahualpa Mamani|Sáng Lò|Ainhoa Zubizarreta
""".replace("\n", "|")
NATIVE = """
王小明|李思涵|佐藤 花子|김민준|Дмитрий Соколов|Олена Коваленко
Γιώργος Παπαδάκης|محمد الحسيني|נועה כהן|प्रिया शर्मा
""".strip().replace("\n", "|")
QUESTIONS = (
    "How do I explain RAG to a product manager?",
    "When would I choose Qdrant over Postgres for vectors?",
    "Why did p99 latency double after we moved Claude behind a gateway?",
    "How do I stop an agent that calls the same tool again and again?",
    "What does a good eval set look like for a support bot?",
)
_TEMPLATES = (
    "Hi, my name is {name}. {question}",
    "I'm {name}, preparing for a senior role. {question}",
    "{question}\n\nBest regards,\n{name}",
    "My interviewer {name} asked: {question}",
    "Yesterday {name} told me that chunk size does not matter. {question}",
    "cc {name} <{email}>. {question}",
    "You can reach me at {email} or {phone}. {question} Thanks, {name}",
    "{question} Send the outline to {email}, my phone is {phone}.",
    "Dear coach, candidate: {name}, passport number {passport}. {question}",
    "{question} Our agent printed card {card} and IBAN {iban}; is that a leak?",
    "My key is {key} and the box is {ip}. {question}",
    "We connect with {url}. {question} Ask {name} if in doubt.",
    "The panel is {name} and Dr. {other}; {name} leads. {question}",
    "{question} My ssn {ssn} was in the prompt, and so was password: {password}.",
    "Is {name}'s advice right? {question}",
)
_TRANSLITERATED = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "ð": "d", "ß": "s"})


@dataclass(frozen=True)
class PersonalMessage:
    """What somebody typed, and the strings in it that must not leave."""

    text: str
    private: tuple[str, ...]


def personal_messages(count: int, seed: int) -> list[PersonalMessage]:
    """Return messages, the same for the same seed."""
    chance = random.Random(seed)
    people = [person for person in PEOPLE.split("|") if person]
    return [_message(chance, people, at) for at in range(count)]


def _message(chance: random.Random, people: list[str], at: int) -> PersonalMessage:
    name, other = chance.sample(people, 2)
    if at % 9 == 8:
        name = chance.choice(NATIVE.split("|"))
    values = {"name": name, "other": other, "question": chance.choice(QUESTIONS)} | _identifiers(chance, name)
    template = _TEMPLATES[at % len(_TEMPLATES)]
    private = [values[key] for key in values if key != "question" and f"{{{key}}}" in template]
    parts = [part for whole in private if whole in {name, other} for part in whole.split() if len(part) > 2]
    return PersonalMessage(template.format(**values), (*private, *parts))


def _identifiers(chance: random.Random, name: str) -> dict[str, str]:
    def figures(count: int) -> str:
        return "".join(chance.choices(string.digits, k=count))

    def letters(count: int) -> str:
        return "".join(chance.choices(string.ascii_letters + string.digits, k=count))

    local = "".join(
        char for char in name.casefold().translate(_TRANSLITERATED) if char.isascii() and char.isalpha()
    )
    phones = (
        f"+1 415 555 {figures(4)}",
        f"+49 30 {figures(7)}",
        f"+91 98{figures(8)}",
        f"(212) 555-{figures(4)}",
        f"020 7946 0{figures(3)}",
    )
    return {
        "email": f"{local or 'someone'}.{figures(3)}@mail{chance.randint(1, 9)}.example.org",
        "phone": chance.choice(phones),
        "passport": f"C{figures(8)}",
        "card": _card(chance),
        "iban": _iban(figures(18)),
        "key": chance.choice((f"sk-proj-{letters(40)}", f"ghp_{letters(36)}", f"AKIA{figures(16)}")),
        "ip": ".".join(str(chance.randint(11, 99)) for _ in range(4)),
        "url": f"postgres://admin:{letters(12)}@db{chance.randint(1, 9)}.internal:5432/crm",
        "ssn": f"{chance.randint(100, 665)}-{chance.randint(10, 99)}-{chance.randint(1000, 9999)}",
        "password": f"{letters(6)}!{figures(3)}",
    }


def _card(chance: random.Random) -> str:
    digits = [4, *(chance.randint(0, 9) for _ in range(14))]
    digits.append(next(check for check in range(10) if luhn([*digits, check])))
    return " ".join("".join(map(str, digits[at : at + 4])) for at in range(0, 16, 4))


def _iban(account: str) -> str:
    check = 98 - int(account + "131400") % 97  # DE is 1314; Source: ISO 13616
    number = f"DE{check:02d}{account}"
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
