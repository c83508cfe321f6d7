"""What somebody who looks after the topic library is shown."""

from __future__ import annotations

from knowledge.topics.health import pulled, thin, unreached
from knowledge.topics.library import Topic, load_topics


def test_a_topic_with_few_ways_of_asking_is_named_with_its_count():
    few = Topic("few", "g", "about", (), tuple(("staff", f"ask {n}") for n in range(3)))
    enough = Topic("enough", "g", "about", (), tuple(("staff", f"ask {n}") for n in range(15)))
    assert thin([enough, few]) == [("few", 3)]


def test_no_topic_of_the_library_lacks_ways_of_asking():
    assert thin(load_topics()) == []


def test_an_ask_that_stands_under_the_wrong_topic_is_found(engine):
    wrong = Topic("small-talk", "g", "about", (), (("staff", "can i add one of the mums on insta"),))
    (found,) = pulled([wrong], engine.model)
    assert (found.topic, found.towards) == ("small-talk", "friend-parents")


def test_nearly_every_clause_of_a_school_is_reached_by_its_topics(engine):
    school = engine.schools["st-johns"]
    assert len(unreached(engine, "st-johns", load_topics())) <= 0.25 * len(school.clauses)
