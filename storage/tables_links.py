"""Tables of what links and separates one person's messengers: pairing codes, former numbers, what was separated. Read
after `storage.tables`.

The one rule: what is kept after a separation names nobody. A mark is a keyed hash of an identity, made with the key of
one consultation, and goes with that key; without it, separating two messengers would be a second vote.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Table

from storage.columns import OnErase, address, metadata, participant, personal, plain

pairings = Table(
    "pairings",
    metadata,
    plain("code", String(64), primary_key=True),
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), nullable=False, index=True),
    address("lane", String(255), nullable=False),
    plain("until_ms", BigInteger, nullable=False),
)

pairing_tries = Table(
    "pairing_tries",
    metadata,
    participant(
        "participant", ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    plain("n", Integer, nullable=False),
    plain("since_ms", BigInteger, nullable=False),
)

formers = Table(
    "formers",
    metadata,
    participant("former", primary_key=True, autoincrement=False),
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), nullable=False, index=True),
    personal(
        "code",
        String(16),
        category="pseudonym",
        purpose="to be named by colleagues as before two messengers were linked",
        retention="until the person erases it",
        in_export=False,
        on_erase=OnErase.DELETE,
        index=True,
    ),
)

separations = Table(
    "separations",
    metadata,
    plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True),
    personal(
        "mark",
        String(64),
        category="keyed hash of an address on a messenger, in one consultation",
        purpose="one vote a person, also after two messengers were separated",
        retention="deleted when the key of the consultation is destroyed",
        in_export=False,
        on_erase=OnErase.KEEP,
        primary_key=True,
    ),
    sqlite_with_rowid=False,
)
