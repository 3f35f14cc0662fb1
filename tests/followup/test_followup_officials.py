"""Officials who are asked by name: their own chat, reminders, what people say of the answers, the league table."""

from typing import Any

import pytest

QUESTION = "When will the school bus run again?"
PASTED = "Thank you for your question. I take the matter very seriously and my services are looking into it with care."


@pytest.fixture
def town(agora: Any, flow_texts: dict[str, str]) -> Any:
    """Ann has asked Ms Dupont, who has the role; Bob asks the same."""
    agora.gets("Maire", "owner")
    agora.publish(flow_texts["questions"], group=True)
    agora.says("Maire", f"/roles elus:dupont add official {agora.code('Dupont')}")
    ask(agora, "Ann", "Ms Dupont", QUESTION)
    agora.agrees("Bob", "elus", 1)
    return agora


def ask(agora: Any, name: str, whom: str, question: str) -> None:
    agora.says(name, "/start elus")
    agora.presses(name, whom)
    agora.says(name, question)
    agora.presses(name, "Send")


def test_the_question_arrives_with_buttons_and_the_answer_goes_to_whoever_asked(town: Any) -> None:
    card = town.texts("Dupont")[-1]
    assert "A question for Ms Dupont, no. 1:" in card
    assert QUESTION in card
    assert "An answer is due by Wednesday 1 April 2026" in card
    town.presses("Dupont", "Answer it")
    town.presses("Dupont", "Answered")
    preview = town.says("Dupont", "On the first of May.")
    assert "The answer of Ms Dupont: Answered." in preview[0]
    assert "told to 2 people" in preview[0]
    town.presses("Dupont", "Publish the answer")
    told = town.texts("Ann")[-1]
    assert "The answer of Ms Dupont: Answered.\n\nOn the first of May." in told
    assert "Did this answer you?" in told
    assert "/verdict elus 1 yes" in told
    assert "which you support" in town.texts("Bob")[-1]


def test_an_official_is_nobody_else(town: Any) -> None:
    ask(town, "Cid", "Mr Martin", "How much did the new hall cost?")
    assert town.says("Dupont", "/answer 2 answered Too much.") == ["No. 2 is addressed to somebody else."]
    assert "No. 2" not in town.says("Dupont", "/answer")[0]
    assert town.says("Dupont", "/close") == ["/close is for organisers."]
    assert "Mr Martin, for whom nobody answers here yet" in town.texts("Maire")[-1]
    assert "/roles elus:martin add official CODE" in town.texts("Maire")[-1]
    said = town.says("Maire", f"/roles elus:martin ajouter elu {town.code('Martin')}")
    assert "official, elus:martin" in said[1]
    assert "How much did the new hall cost?" in town.texts("Martin")[-1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/roles elus add official {code}", "An official answers for one name. Write one of these in place of elus: "),
        ("/roles elus:dupont add organiser {code}", "For a name there is one role: /roles elus:dupont add official"),
        ("/roles elus:nobody add official {code}", "“elus:nobody” is no consultation and no group that I know."),
        ("/roles * add official {code}", "“*” asks no officials by name."),
    ],
)
def test_the_role_holds_for_a_name_only(town: Any, line: str, said: str) -> None:
    assert town.says("Maire", line.format(code=town.code("Zoe")))[0].startswith(said)


def test_only_an_owner_names_an_official(town: Any) -> None:
    town.gets("Adjoint", "organiser")
    said = town.says("Adjoint", f"/roles elus:martin add official {town.code('Zoe')}")
    assert said == ["Only an owner of “elus:martin” gives roles and takes them away."]


def test_reminders_at_seven_and_twenty_one_days_stop_with_the_answer(town: Any) -> None:
    def reminded() -> int:
        return sum("this still waits for your answer" in text for text in town.texts("Dupont"))

    town.later(days=6)
    assert reminded() == 0
    town.later(days=2)
    assert reminded() == 1
    assert QUESTION in town.texts("Dupont")[-1]
    town.later(days=14)
    assert reminded() == 2
    town.later(days=9)
    assert reminded() == 3
    assert "1 answer is overdue" in town.texts("Dupont")[-1]
    town.later(days=60)
    assert reminded() == 3


def test_no_reminder_after_the_answer(town: Any) -> None:
    town.later(days=8)
    town.says("Dupont", "/answer 1 answered On the first of May.")
    town.presses("Dupont", "Publish the answer")
    before = len(town.texts("Dupont"))
    town.later(days=60)
    assert len(town.texts("Dupont")) == before


def test_a_question_that_is_passed_on(town: Any) -> None:
    said = town.presses("Dupont", "It is not for me")
    assert "Until they have decided, it stays with you." in said[0]
    assert "Ms Dupont says that no. 1 is not for them. Whose is it?" in town.texts("Maire")[-1]
    assert town.says("Dupont", "/handto elus 1 .1") == ["Only an organiser gives a question to somebody else."]
    town.says("Maire", f"/roles elus:martin add official {town.code('Martin')}")
    assert town.presses("Maire", "Mr Martin") == ["No. 1 is now with Mr Martin."]
    assert QUESTION in town.texts("Martin")[-1]
    assert town.says("Dupont", "/answer 1 answered Hm.") == ["No. 1 is addressed to somebody else."]


def test_one_verdict_a_person_changeable_and_only_of_those_who_asked(town: Any) -> None:
    town.says("Dupont", "/answer 1 answered On the first of May.")
    town.presses("Dupont", "Publish the answer")
    town.presses("Ann", "No")
    assert town.notes[-1] == "Noted: No. You can change it."
    town.presses("Ann", "Partly")
    assert town.says("Bob", "/avis elus 1 oui") == ["Noted: Yes. You can change it."]
    assert town.says("Cid", "/verdict elus 1 yes") == ["Only its author and those who support it are asked."]
    assert town.says("Bob", "/verdict elus 1 perhaps") == ["For example: /verdict elus 12 yes"]
    assert town.says("Bob", "/verdict elus 9 yes") == ["There is nothing to say about this answer (any more)."]
    assert sorted(value for (value,) in town.rows("SELECT value FROM verdicts")) == ["partly", "yes"]
    town.says("Dupont", "/answer 1 answered On the second of May.")
    town.presses("Dupont", "Publish the answer")
    assert town.rows("SELECT value FROM verdicts") == []


def test_the_same_text_again_is_pointed_out(town: Any) -> None:
    ask(town, "Cid", "Ms Dupont", "Why is the library closed on Mondays?")
    town.says("Dupont", f"/answer 1 answered {PASTED}")
    town.presses("Dupont", "Publish the answer")
    preview = town.says("Dupont", f"/answer 2 answered {PASTED.replace('question', 'questions')}")
    assert "The same text was given to no. 1. People will see that." in preview[0]
    town.presses("Dupont", "Publish the answer")
    assert "The same text was given to no. 1." in town.texts("Cid")[-1]
    assert "1 time the same text" in town.says("Zoe", "/league")[0]


def test_the_league_table_names_everybody_who_can_be_asked(town: Any) -> None:
    town.later(days=9)
    ask(town, "Cid", "Ms Dupont", "Why is the library closed on Mondays?")
    town.says("Dupont", "/answer 1 answered On the first of May.")
    town.presses("Dupont", "Publish the answer")
    town.presses("Ann", "Yes")
    said = town.says("Zoe", "/tableau", group=True)[0]
    assert "Ms Dupont — 1 answer (of 2 asked), usually after 9 days, 1 of 1 person is satisfied" in said
    assert "Mr Martin — nobody has asked them anything yet" in said
    assert said.index("Ms Dupont") < said.index("Mr Martin")


def test_where_nobody_answers_by_name_the_table_says_so(agora: Any) -> None:
    assert agora.says("Zoe", "/league") == ["Nobody answers by name here at the moment."]


def test_a_report_that_is_not_done_is_open_again(agora: Any, flow_texts: dict[str, str]) -> None:
    agora.gets("Maire", "owner")
    agora.publish(flow_texts["reports"])
    agora.says("Ann", "/start rue")
    agora.says("Ann", "The lamp in front of number 12 is out")
    agora.presses("Ann", "Send")
    agora.agrees("Bob", "rue", 1)
    assert agora.proposal("rue", 1).status == "open"
    assert "Open; an answer is due by Tuesday 17 March" in agora.says("Ann", "/mine")[0]
    agora.says("Maire", "/answer 1 taken A colleague goes there.")
    agora.presses("Maire", "Publish the answer")
    assert "Is it really fixed?" not in agora.texts("Ann")[-1]
    agora.says("Maire", "/answer 1 done The bulb is new.")
    agora.presses("Maire", "Publish the answer")
    assert "Is it really fixed?" in agora.texts("Ann")[-1]
    agora.presses("Ann", "No")
    assert agora.proposal("rue", 1).status == "done"
    agora.presses("Bob", "No")
    again = agora.proposal("rue", 1)
    assert (again.status, again.reply, again.answered_ms) == ("open", None, None)
    assert "2 people say that no. 1 is not done" in agora.texts("Maire")[-1]
    assert agora.rows("SELECT value FROM verdicts") == []
    agora.presses("Bob", "Yes")
    assert agora.notes[-1] == "There is nothing to say about this answer (any more)."
    agora.later(days=16)
    assert "this still waits for your answer" in agora.texts("Maire")[-1]


def test_one_who_says_it_is_not_done_is_enough_where_one_was_asked(agora: Any, flow_texts: dict[str, str]) -> None:
    agora.gets("Maire", "owner")
    agora.publish(flow_texts["reports"])
    agora.says("Ann", "/start rue")
    agora.says("Ann", "The lamp in front of number 12 is out")
    agora.presses("Ann", "Send")
    agora.says("Maire", "/answer 1 done The bulb is new.")
    agora.presses("Maire", "Publish the answer")
    agora.presses("Ann", "No")
    assert agora.proposal("rue", 1).status == "open"
