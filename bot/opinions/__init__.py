"""What reactions, proposals and signatures come to: where statements stand, who thinks alike, where one stands oneself.

    figures.py     what there is to tell, as data
    looking.py     from the tables to those data
    groups.py      people who think alike, and what all of them share
    keeping.py     the groups of consultations that are looked at, computed apart, at most once a minute
    telling.py     in sentences
    picturing.py   in pictures: who stands where, and statements as bars
    tabling.py     in tables, for the page
    filing.py      in files
    mapping.py     "you are here", for one person

The one rule: nothing here names anybody. What is told of fewer than ten people is not told, statements that citizens
wrote are plain text wherever they go, and votes through links always stand beside the others, never among them unseen.
"""
