"""What the office does with consultations: publish, review, open, correct, extend, close, count, tell, answer, forget.

The one rule: whatever is done to a consultation is a compare-and-set in the transaction of the event that asked for it,
with its line in the audit; two organisers who press at once do it once.
"""

from bot.office.closing import as_it_stands, begin_closing, count_up, follow_count, forget, recount
from bot.office.opening import open_now
from bot.office.publishing import (
    DEFAULT_ZONE,
    OfficeError,
    Publication,
    checked,
    clone,
    publish,
    release,
    running,
    with_closing,
)
from bot.office.ringing import ring

__all__ = [
    "DEFAULT_ZONE",
    "OfficeError",
    "Publication",
    "as_it_stands",
    "begin_closing",
    "checked",
    "clone",
    "count_up",
    "follow_count",
    "forget",
    "open_now",
    "publish",
    "recount",
    "release",
    "ring",
    "running",
    "with_closing",
]
