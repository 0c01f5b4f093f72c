"""A small examination for ranking: a handbook, and questions with and without an answer in it.

Each question names a phrase of the passage that answers it. Some share words with it, some none.
"""

from pathlib import Path

from chatapp.search.passages import Passage, split

ANSWERABLE = {
    "When does the store close in the evening?": "nine in the morning",
    "Are you open on Sunday?": "nine in the morning",
    "How many vacation days do I get?": "28 days",
    "Can I take leftover leave into the next year?": "28 days",
    "I have the flu, what must I do?": "doctor's note",
    "When do I receive my pay?": "25th of each month",
    "How much is paid per kilometre by car?": "0.30 EUR",
    "Deadline for handing in receipts": "0.30 EUR",
    "Is home office allowed?": "work remotely",
    "How long must a password be?": "fourteen characters",
    "warranty on frames": "ten years",
    "Is a worn tyre covered by the guarantee?": "ten years",
    "Can a customer get a refund?": "money back",
    "What does a large service cost?": "149 EUR",
    "How fast is an urgent repair?": "149 EUR",
    "May a child of twelve try a bike?": "over sixteen",
    "Which pressure for a 32 mm tyre?": "4.5 bar",
    "How often should I oil the chain?": "300 kilometres",
    "How far does the e-bike go on one charge?": "90 kilometres",
    "Where should the battery be kept when it is cold?": "frost",
    "When do brake pads have to be changed?": "one millimetre",
    "Revenue of the region South in 2025": "0.7 million",
    "How did online sales develop?": "38 percent",
    "Where are the saddles made?": "Italy",
    "Do you use renewable energy?": "solar panels",
    "What should I do if there is a fire?": "nearest exit",
    "Where is the first-aid kit?": "kitchen",
    "Who is responsible for privacy?": "Ines Marti",
    "What compensation does an unhappy customer get?": "voucher",
    "Where can employees leave their car?": "behind the workshop",
    "Who pays for training courses?": "two courses",
    "How long is the probation period?": "six months",
    "What is the notice period after probation?": "three months",
    "Do staff get bicycles cheaper?": "25 percent",
    "Who founded the company?": "Karl and Anton",
    "founded 1987": "Karl and Anton",
    "How much does it cost to hire a cargo bike?": "35 EUR",
    "Until when can a gift card be redeemed?": "four years",
    "I left my gloves in the shop": "six weeks",
    "How long does shipping take?": "five working days",
}

UNANSWERABLE = (
    "What is the capital of France?",
    "Who won the football world cup?",
    "How do I bake bread?",
    "Which programming language is best for beginners?",
    "What is the phone number of the dentist?",
    "Explain quantum entanglement",
    "Who wrote Hamlet?",
    "What is the weather like tomorrow?",
    "How tall is Mount Everest?",
    "Which medicine helps against malaria?",
    "When does the next train to Berlin leave?",
    "What is the stock price of Apple?",
    "What is the e-mail address of the managing director?",
    "How many people work for the company?",
    "Which colours does the children's helmet come in?",
    "Is there a canteen with vegetarian food?",
    "Who won the Tour de France?",
    "What is the password of the wireless network?",
)


def handbook() -> list[Passage]:
    return split((Path(__file__).parent / "handbook.md").read_text("utf-8"))
