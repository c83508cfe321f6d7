"""Whom a clause binds is told from its subject, its headings and the policy's scope."""

import pytest

EVERYBODY = {"staff", "governor", "parent", "pupil", "visitor"}


def bound(pack, words):
    """Give whom the clauses that hold some words bind."""
    return [set(clause["audience"]) for clause in pack.saying(words)]


@pytest.mark.parametrize(
    ("sentence", "audience"),
    [
        ("Staff and governors must log off.", {"staff", "governor"}),
        ("Parents/carers should ring the office.", {"parent"}),
        ("Any member of staff who is unsure should ask.", {"staff"}),
        ("All adults must wear a badge.", {"staff", "governor", "visitor"}),
        ("Volunteers must not take photos.", {"visitor"}),
        ("If a pupil writes to a teacher, teachers must tell the office.", {"staff"}),
        ("We ask parents to wait outside.", {"parent"}),
        ("It is the responsibility of all staff to lock the door.", {"staff"}),
        ("Staff mobile phones must not be used in class.", {"staff"}),
        ("Staff must not be paid by families.", {"staff"}),
        ("Please speak with your child about it.", {"parent"}),
    ],
)
def test_the_subject_of_a_sentence(imported, sentence, audience):
    """The people who are told to do something are bound, not those whom it is about."""
    assert bound(imported(f"Rules\n\n{sentence}\n"), sentence) == [audience]


def test_a_heading_binds_what_stands_under_it(imported):
    """A rule without a person in it binds those whom its section speaks to."""
    pack = imported(
        "# Use of phones by pupils\n\nPhones must be off.\n\n# Staff\n\n## Trips\n\nPhones must be on.\n", "p.md"
    )
    assert bound(pack, "must be off") == [{"pupil"}]
    assert bound(pack, "must be on") == [{"staff"}]


def test_a_heading_about_pupils_does_not_bind_them(imported):
    """A heading such as "Photographs of pupils" speaks of pupils and not to them."""
    pack = imported(
        "# Photographs of pupils\n\nThis policy applies to all staff.\n\nCameras must be locked away.\n", "p.md"
    )
    assert bound(pack, "Cameras") == [{"staff"}]


def test_pupils_who_must_not_be_tagged_are_not_bound(imported):
    """What must not be done to pupils binds the others."""
    pack = imported(
        "# Photos\n\nThis policy applies to staff, parents and pupils.\n\nPupils must not be tagged.\n", "p.md"
    )
    assert bound(pack, "tagged") == [{"staff", "parent"}]


def test_the_policys_scope_binds_where_nothing_else_does(imported):
    """A rule for nobody in particular binds those to whom the policy says that it applies."""
    pack = imported(
        "Scope\n\nThis policy applies to:\n- employees\n- governors\n\nRules\n\nAnger must not be posted.\n"
    )
    assert bound(pack, "Anger") == [{"staff", "governor"}]


def test_a_policy_that_counts_volunteers_as_staff(imported):
    """Where the policy says so, a rule for staff binds volunteers too."""
    pack = imported('Terms\n\nIn this policy the term "staff" includes volunteers.\n\nRules\n\nStaff must log off.\n')
    assert bound(pack, "log off") == [{"staff", "visitor"}]


def test_several_policies_in_one_file_each_have_their_scope(imported):
    """The second policy of a file binds those whom it names itself."""
    pack = imported(
        "# Staff Phone Policy\n\nThis policy applies to all staff.\n\nBags must be shut.\n\n"
        "# Visitor Photo Policy\n\nThis policy applies to visitors.\n\nCameras must be shut.\n",
        "p.md",
    )
    assert bound(pack, "Bags") == [{"staff"}]
    assert bound(pack, "Cameras") == [{"visitor"}]


def test_what_governors_have_to_do_is_a_fact_for_the_others(imported):
    """A parent may ask who reviews the policy, and a governor whether they have to."""
    pack = imported("Review\n\nThe governing body is responsible for reviewing this policy.\n")
    assert [(c["modality"], set(c["audience"])) for c in pack.clauses] == [
        ("must", {"governor"}),
        ("fact", EVERYBODY - {"governor"}),
    ]


def test_without_any_sign_everybody_is_bound(imported):
    """A rule in a policy that names nobody binds everybody."""
    assert bound(imported("Rules\n\nAnger must not be posted.\n"), "Anger") == [EVERYBODY]
