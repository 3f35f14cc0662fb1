"""What citizens put forward and judge: from the engine's effects to rows, and from rows to what it shows next.

    applying     stances, proposals, signatures go on file, or are taken back
    fetching     the engine asks for cards, for what is similar, for what may still be sent
    serving      which cards, by the published policy, with a log
    similar      near-duplicates among many thousands (nearby: what was reported close by)
    limits       how many somebody may send
    seeding      the organiser's own statements
    publishing   a proposal changes its state
    reaching     the people behind tokens, as long as there is a key
    sharing      a link to one proposal
    replaying    was every card chosen as the policy says?

The one rule: all of it happens in the transaction of the event, under tokens. Nothing here knows a name.
"""
