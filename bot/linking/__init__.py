"""One person on several messengers: two become one, and part again.

one.py      join and part, with everything that counts
naming.py   what messengers are called
telling.py  what linking and separating would do, in sentences
"""
