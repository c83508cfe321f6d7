"""How a message becomes an answer: topic, circumstances, kind of question, clause, verdict."""
