"""The strength of a sentence is told from its words, its lead-in and its heading."""

import pytest

from knowledge.importing.strength import rulings
from knowledge.importing.weighing import Setting
from knowledge.model import Audience


def strengths(sentence, **setting):
    """Give the strengths of the rules that a sentence lays down."""
    return [ruling.modality.value for ruling in rulings(sentence, Setting(**setting))]


@pytest.mark.parametrize(
    ("sentence", "strength"),
    [
        ("Staff must not ring families from their own phones.", "must_not"),
        ("Teachers will never share a password.", "must_not"),
        ("Pupils may not film one another.", "must_not"),
        ("No tagging of children.", "must_not"),
        ("No member of staff will invite a pupil home.", "must_not"),
        ("Filming in the pool is strictly forbidden.", "must_not"),
        ("It is not acceptable to mock a colleague.", "must_not"),
        ("Never post a child's address.", "must_not"),
        ("Under no circumstances should names be given.", "must_not"),
        ("Not accepting requests from pupils", "must_not"),
        ("Adults must ensure that they do not speak about families online.", "must_not"),
        ("Parents should not name other children.", "should_not"),
        ("Staff are strongly advised not to add parents.", "should_not"),
        ("Families are asked not to film the play.", "should_not"),
        ("Staff should avoid using a phone near pupils.", "should_not"),
        ("Staff must be cautious about adding colleagues.", "should_not"),
        ("Please do not bring tablets.", "should_not"),
        ("It is important that names are not shouted across the yard, since it is not recommended.", "should_not"),
        ("Staff may use their phones at lunch.", "may"),
        ("Parents are welcome to photograph their own child.", "may"),
        ("Cameras can be used on trips.", "may"),
        ("Staff must report a lost key.", "must"),
        ("Parents are responsible for their child's phone.", "must"),
        ("Teachers will hand in their passes.", "must"),
        ("Visitors are required to sign in.", "must"),
        ("Concerns will be reported to the headteacher.", "must"),
        ("Always lock the screen.", "must"),
        ("Parents are encouraged to talk with their child.", "should"),
        ("We ask parents to speak with us first.", "should"),
        ("Pupils will be expected to be kind.", "should"),
        ("Be polite to visitors.", "should"),
        ("A breach may result in dismissal.", "fact"),
        ("Staff should be aware that a breach could lead to dismissal.", "fact"),
        ("Cyberbullying is defined as unkindness by means of a device.", "fact"),
        ("The school will keep the images for a year.", "fact"),
        ("We will write to the parents.", "fact"),
        ("Pupils will be taught about safety each term.", "fact"),
        ("The headteacher may take advice.", "fact"),
        ("Parents may be worried by this.", "fact"),
        ("Staff will receive training each year.", "fact"),
        ("The school accepts no responsibility for lost phones.", "fact"),
        ("Nobody keeps a phone in a pocket.", "must_not"),
        ("Watches that film are not worn in class.", "must_not"),
        ("Tablets do not leave the building.", "must_not"),
        ("At concerts there is no filming.", "must_not"),
        ("Cash must always be refused.", "must_not"),
        ("Drones may not be flown here.", "must_not"),
        ("We would rather you didn't ring at night.", "should_not"),
        ("It is best not to reply at once.", "should_not"),
        ("All visitors hand in their phones.", "must"),
        ("Phones may come out at noon.", "may"),
        ("Phones may be confiscated.", "fact"),
        ("Pupils do not need a phone.", "fact"),
    ],
)
def test_a_sentence_by_itself(sentence, strength):
    """A plain sentence is as strong as its words make it."""
    assert strengths(sentence)[0] == strength


@pytest.mark.parametrize(
    ("item", "lead_in", "strength"),
    [
        ("share a login", "Staff must not", "must_not"),
        ("Posting in anger", "The following are not acceptable", "must_not"),
        ("Reporting misuse to the office", "Staff are responsible for", "must"),
        ("Not posting in anger", "Parents are responsible for", "must_not"),
        ("never lend a device", "Pupils must", "must_not"),
        ("keep a record", "Staff are advised to", "should"),
        ("keep a record", "The school will", "fact"),
        ("Keeping families informed", "We are committed to", "fact"),
        ("Ask which games they play", "Here are some tips", "should"),
        ("The form must be signed", "Before a trip these steps are taken", "must"),
    ],
)
def test_an_item_takes_the_strength_of_its_lead_in(item, lead_in, strength):
    """An item is as strong as its lead-in, turned round where the item itself says "not"."""
    assert strengths(item, lead_in=lead_in)[0] == strength


def test_an_item_under_a_heading_that_bans():
    """Bare nouns under "What is not acceptable" are bans."""
    assert strengths("Gossip about families", heading="What is not acceptable", listed=True) == ["must_not"]


def test_a_gerund_under_an_audiences_duties():
    """A bullet such as "Checking the list" under "Staff responsibilities" is a duty, though nothing introduces it."""
    setting = {"heading": "Staff responsibilities", "section": frozenset({Audience.STAFF})}
    assert strengths("Checking the list before each trip", **setting) == ["must"]


@pytest.mark.parametrize(
    ("sentence", "both"),
    [
        ("Staff must not use phones in class, but they may use them at lunch.", ["must_not", "may"]),
        ("Parents can visit the page; however, parents should be polite.", ["may", "should"]),
        ("Staff are advised to keep messages and should not delete them.", ["should", "should_not"]),
        ("Parents are asked to ring the office and not to post online.", ["should", "should_not"]),
    ],
)
def test_a_sentence_may_lay_down_two_rules(sentence, both):
    """A sentence that bans and permits gives two rules, one for each."""
    assert strengths(sentence) == both
