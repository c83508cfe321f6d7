"""What would make a ban not apply, or a permission apply, is found and asked in plain English."""

import pytest

from knowledge.answering.lexicon import load_lexicon
from knowledge.importing.exceptions import terms_of
from knowledge.importing.patterns import load
from knowledge.importing.strength import rulings
from knowledge.importing.weighing import Setting


def terms(sentence):
    """Give what the first rule of a sentence depends on."""
    return terms_of(rulings(sentence, Setting())[0], sentence)


@pytest.mark.parametrize(
    ("sentence", "when", "unsaid"),
    [
        ("Staff must not post without the headteacher's permission.", {"permission.head"}, "allowed_if"),
        ("Photos must not be used unless parents have given consent.", {"permission.parent"}, "allowed_if"),
        ("No tagging of colleagues without their consent.", {"permission.subject"}, "allowed_if"),
        ("Phones must not be used except at break times.", {"time.break"}, "allowed_if"),
        ("Staff must not add a pupil unless the pupil is a relative.", {"person.family"}, "forbidden"),
        ("Staff should not add a parent unless they are related to them.", {"person.family"}, "discouraged"),
        ("Staff must not add a parent unless they are immediate family.", {"person.close_family"}, "forbidden"),
        ("Staff must not add a pupil except a close relative.", {"person.close_family"}, "forbidden"),
        (
            "Families must not share photos of any child apart from their own children.",
            {"person.own_child"},
            "forbidden",
        ),
        ("Parents must not post photos that show other people's children.", {"person.own_child"}, "forbidden"),
        ("Sites must not be opened unless it is part of the curriculum.", {"purpose.teaching"}, "forbidden"),
        ("The cameras must not leave the site (unless on a school trip).", {"time.trip"}, "forbidden"),
    ],
)
def test_the_exception_of_a_ban(sentence, when, unsaid):
    """A permission can be asked for; a plain fact about the world is not assumed."""
    (exception,) = terms(sentence).exceptions
    assert exception.when == when
    assert exception.unsaid == unsaid
    assert exception.ask.endswith("?")


def test_alternatives_are_exceptions_each_by_itself():
    """Two reasons joined by "or" are two ways out."""
    found = terms("Phones must not be used unless it is for the curriculum or in an emergency.").exceptions
    assert [exception.when for exception in found] == [{"purpose.teaching"}, {"purpose.urgent"}]


def test_a_permission_has_conditions():
    """A permission for one time and place is open until both are shown."""
    found = terms("Staff may use their phones during lunch in the staff room.")
    assert [condition.when for condition in found.conditions] == [{"time.break"}, {"place.private"}]


def test_a_permission_for_one_of_several_places_is_a_ban_elsewhere():
    """What is allowed only in the foyer or outside is forbidden everywhere else."""
    found = terms("Visitors may only use phones in the foyer or outside the building.")
    assert found.modality == "must_not"
    assert [e.when for e in found.exceptions] == [{"place.foyer"}, {"place.outside_building"}]


def test_must_only_is_a_ban_on_other_ways_and_a_duty():
    """A duty to use only school cameras answers "may I use mine" and "must I use the school's"."""
    found = terms("Staff must only use school cameras for photos.")
    assert found.modality == "must_not"
    assert found.exceptions[0].when == {"device.school"}
    assert [more.modality for more in found.further] == ["must"]


def test_a_duty_to_ask_first_is_a_ban_on_not_asking():
    """A duty to have consent first answers "may I", not only "must I"."""
    found = terms("Parental consent must be obtained before a photo is taken.")
    assert [(more.modality.value, more.exceptions[0].when) for more in found.further] == [
        ("must_not", {"permission.parent"})
    ]


def test_a_condition_that_nobody_foresaw_is_asked_in_the_documents_words():
    """A condition of which no circumstance is known is quoted in the question."""
    (condition,) = terms("Parents may park in the yard provided that they leave by nine.").conditions
    assert "they leave by nine" in condition.ask


def test_a_permission_in_one_way_only_is_open_until_that_is_shown():
    """The word "only" may stand behind the verb and still make a condition."""
    found = terms("Pupils may be tutored for pay only with the written consent of the Principal.")
    assert [condition.when for condition in found.conditions] == [{"permission.head"}]


def test_the_one_who_permits_is_named_as_in_the_document():
    """The question names the office that the document names."""
    (exception,) = terms("Staff must not blog unless the Executive Principal has given permission.").exceptions
    assert exception.ask == "Has the Executive Principal given permission?"


def test_a_rule_is_confined_to_its_own_device_and_place():
    """A rule about own phones in class is not about the school's tablets."""
    assert set(terms("Staff must not use personal phones in front of pupils.").about) == {
        "device.own",
        "place.near_pupils",
    }


def test_every_circumstance_is_one_that_the_engine_knows():
    """A tag that the answering side doesn't know would make the pack unusable."""
    data = load("exceptions")
    named = {*data["circumstances"], *data["givers"], *data["questions"], *data["implied"], *data["rare"]}
    assert named <= load_lexicon().tags
    assert set(data["circumstances"]) | set(data["givers"]) <= set(data["questions"])
