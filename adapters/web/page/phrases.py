"""What the page itself says, in one language."""

from __future__ import annotations

from locales import tr


def phrases(lang: str) -> dict[str, str]:
    """Every sentence that `index.html` and `chat.js` use, by its name there."""
    return {
        "welcome": tr(lang, "Hello!"),
        "welcome_text": tr(lang, "Here you can say what you think about the decisions that concern you."),
        "welcome_how": tr(lang, "Answer by pressing a button or by writing. You can stop at any time and come back."),
        "conversation": tr(lang, "Conversation"),
        "write": tr(lang, "Write your message"),
        "send": tr(lang, "Send"),
        "help": tr(lang, "Help"),
        "to_input": tr(lang, "Go to the message box"),
        "connecting": tr(lang, "Connecting…"),
        "connected": tr(lang, "Connected"),
        "reconnecting": tr(lang, "Reconnecting…"),
        "offline": tr(lang, "No connection. What you write is kept and will be sent later."),
        "waiting": tr(lang, "Waiting to be sent…"),
        "not_sent": tr(lang, "Not sent"),
        "reload": tr(lang, "Reload the page"),
        "unsent": tr(lang, "This message could not be sent."),
        "you": tr(lang, "You:"),
        "bot": tr(lang, "Message:"),
        "in_words": tr(lang, "The picture in words"),
        "ways": tr(lang, "Other ways to answer"),
        "take_photo": tr(lang, "Take a photo"),
        "choose_photo": tr(lang, "Choose a photo"),
        "share_place": tr(lang, "Share my position"),
        "my_photo": tr(lang, "My photo"),
        "my_place": tr(lang, "My position"),
        "no_place": tr(lang, "Your position could not be found. Please type the address instead."),
        "newer": tr(lang, "New messages"),
        "today": tr(lang, "Today"),
        "yesterday": tr(lang, "Yesterday"),
        "no_script": tr(
            lang, "This chat needs JavaScript. Please allow it in your browser, or write to us another way."
        ),
    }
