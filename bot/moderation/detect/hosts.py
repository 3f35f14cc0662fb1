"""Where links lead: which of them need no look, and what a name of a host really is.

The one rule: a host is compared and shown in the letters that the network uses (`xn--...`, RFC 3492), because two names
that look the same are two hosts.
"""

from __future__ import annotations

from urllib.parse import unquote

from flows.skeleton import tricks
from flows.weblinks import Weblink, links


def outside(text: str, allowed: frozenset[str]) -> tuple[Weblink, ...]:
    """The links that lead elsewhere than to the allowed hosts and what is below them."""
    return tuple(link for link in links(text) if not _is_allowed(network_name(link.host), allowed))


def _is_allowed(host: str, allowed: frozenset[str]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in allowed)


def network_name(host: str) -> str:
    """The name of a host as the network knows it: letters beyond ASCII in punycode."""
    plain = unquote(host).rstrip(".").lower()
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return ".".join(_labelled(label) for label in plain.split("."))


def _labelled(label: str) -> str:
    try:
        return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
    except UnicodeError:
        return "?"


def deceives(link: Weblink) -> bool:
    """Is the name of the host made to be taken for another, or the address so that one reads the wrong part of it?"""
    authority = link.address.partition("://")[2].split("/")[0]
    host = network_name(link.host)
    return tricks(link.host) or "xn--" in host or "@" in authority or host.replace(".", "").isdigit()


def shown_hosts(text: str) -> tuple[str, ...]:
    """The hosts of a text as moderators should see them, each once."""
    return tuple(dict.fromkeys(network_name(link.host) for link in links(text) if link.host))
