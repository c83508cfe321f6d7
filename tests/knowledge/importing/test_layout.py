"""A school's document is read whatever its layout: wrapped lines, lone bullets, footers, contents, tables."""


def test_a_wrapped_sentence_is_quoted_whole(imported):
    """A reader sees the whole sentence though the document breaks it over lines."""
    pack = imported(
        "Phones\n\nStaff must keep their own phones in a locker from the start of the school day until\n"
        "the last child has gone home, and must collect them from the office before they leave the\n"
        "building for the night.\n\nNo pupil may bring a camera of any sort into the school building unless the class\n"
        "teacher has asked for it beforehand.\n"
    )
    assert pack.saying("until the last child has gone home, and must collect them from the office before they leave")


def test_a_bullet_alone_on_its_line_belongs_to_the_text_below(imported):
    """A bullet that a converter left alone is no text of its own."""
    pack = imported("Staff must not:\n•\nlend their login to anybody\n\uf0b7\nshare pictures of pupils\n")
    assert pack.texts == [
        "Staff must not lend their login to anybody",
        "Staff must not share pictures of pupils",
    ]


def test_footers_and_page_numbers_do_not_cut_a_sentence(imported):
    """A sentence that goes on over a page is one sentence, and the footer is no rule."""
    page = "Alder Brook Infant School     Page {} of 3"
    pack = imported(
        "Visitors\n\nVisitors must sign in at the office and should not use\n\n"
        + page.format(1)
        + "\n\ntheir phones while they walk through the school.\n\n"
        + page.format(2)
        + "\n\nGovernors may visit on any school day.\n\n"
        + page.format(3)
        + "\n"
    )
    assert pack.saying("and should not use their phones while they walk through the school.")
    assert not pack.saying("Page")


def test_a_list_of_contents_is_no_rule(imported):
    """Dotted lines and the titles in a list of contents become no clauses."""
    pack = imported(
        "Contents\n1. Phones ........ 2\n2. Staff must not ........ 3\nVisitors\t4\n\n1. Phones\n\n"
        "Pupils must hand in their phones each morning.\n"
    )
    assert pack.texts == ["Pupils must hand in their phones each morning."]
    assert {row.get("exempt") for row in pack.paragraphs[:3]} == {"contents"}


def test_printed_numbers_stay_even_when_they_come_twice(imported):
    """A citation names the number that the document prints, also where it prints one twice."""
    pack = imported(
        "6. Contact\n\n6.7 Staff must use the school telephone.\n\n6.8 Staff must keep a note of each call.\n\n"
        "6.7 Staff must not ring a pupil at home.\n\n6.10 Staff must tell the office.\n"
    )
    assert [pack.paragraph(clause)["number"] for clause in pack.clauses] == ["6.7", "6.8", "6.7", "6.10"]
    assert {pack.paragraph(clause)["heading"] for clause in pack.clauses} == {"Contact"}


def test_lettered_items_carry_their_lead_in_and_number(imported):
    """An item under "3.2 Staff must not:" is quoted with it and is found as 3.2 b."""
    pack = imported("3. Conduct\n\n3.2 Staff must not:\n\n(a) gossip about families;\n\n(b) take sides in a quarrel.\n")
    clause = pack.one("take sides")
    assert clause["text"] == "Staff must not take sides in a quarrel."
    assert pack.paragraph(clause)["number"] == "3.2 b"


def test_items_in_one_line_are_parted(imported):
    """A list that a converter ran together is a list all the same."""
    pack = imported("Pupils must not: • film in class • swap phones • hide a device\n")
    assert pack.texts == [
        "Pupils must not film in class",
        "Pupils must not swap phones",
        "Pupils must not hide a device",
    ]


def test_nested_items_carry_both_lead_ins(imported):
    """An inner item is quoted with the sentence that introduces it."""
    pack = imported(
        "# Phones\n\nStaff must:\n\n- ask before they photograph:\n  - a visitor\n  - a colleague\n"
        "- lock the camera away\n",
        "policy.md",
    )
    assert "Staff must ask before they photograph a visitor" in pack.texts
    assert "Staff must lock the camera away" in pack.texts


def test_do_and_dont_lists_give_advice_and_bans(imported):
    """What stands under "Don't" is a ban and what stands under "Do" is asked for."""
    pack = imported("Visitors\n\nDo:\n- ask at the desk\nDon't:\n- photograph children\n")
    assert pack.one("ask at the desk")["modality"] == "should"
    assert pack.one("photograph children")["modality"] == "must_not"


def test_capital_and_numbered_and_plain_headings_are_seen(imported):
    """The heading of a clause is found whichever way the document sets it off."""
    pack = imported(
        "ALDER BROOK INFANT SCHOOL\nPHONE POLICY\n\nVISITORS\n\nPhones must be off.\n\n2. Staff phones\n"
        "Phones must be in lockers.\n\nPhones on trips\n\nTrip leaders must carry the school phone.\n"
    )
    headings = {clause["text"]: pack.paragraph(clause)["heading"] for clause in pack.clauses}
    assert headings == {
        "Phones must be off.": "VISITORS",
        "Phones must be in lockers.": "Staff phones",
        "Trip leaders must carry the school phone.": "Phones on trips",
    }


def test_markdown_marks_are_no_part_of_a_quotation(imported):
    """Stars, links and tags are left out of what is quoted."""
    pack = imported(
        "<!-- a note -->\n## Photos\n\nStaff **must not** keep _any_ photo "
        "on a [phone](http://example.org) <b>at home</b>.\n",
        "policy.md",
    )
    assert pack.texts == ["Staff must not keep any photo on a phone at home."]


def test_front_matter_names_the_policy(imported):
    """A title in front matter is the policy's title, and front matter is no rule."""
    pack = imported("---\ntitle: Photo Rules\n---\n\nStaff must ask first.\n", "policy.md")
    assert pack.school["policy"]["title"] == "Photo Rules"
    assert pack.texts == ["Staff must ask first."]


def test_a_table_of_ticks_becomes_a_rule_for_each_column(imported):
    """A row of a table is a ban for one group and a permission for another."""
    pack = imported(
        "# Phones\n\n| Use | Staff | Pupils |\n|---|---|---|\n"
        "| Phone in the hall | Only at lunchtime | Not allowed |\n",
        "policy.md",
    )
    staff, pupils = pack.clauses
    assert (staff["audience"], staff["modality"]) == (["staff"], "may")
    assert staff["conditions"][0]["when"] == ["time.break"]
    assert (pupils["audience"], pupils["modality"]) == (["pupil"], "must_not")


def test_signatures_addresses_and_bare_laws_are_no_clauses(imported):
    """What nobody would ask about is left out, with the reason written down."""
    pack = imported(
        "Phone Policy\n\nTel: 01632 960123\n\nLegal framework\n\nThis policy has regard to the following legislation:\n"
        "- The Example Act 2006\n\nStaff must lock phones away.\n\nSigned: ____________\n"
    )
    reasons = {row.get("exempt") for row in pack.paragraphs}
    assert {"contact-details", "legal-list", "page-furniture"} <= reasons
    assert "Staff must lock phones away." in pack.texts
