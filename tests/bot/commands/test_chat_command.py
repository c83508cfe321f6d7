"""`askfirst chat` in a pipe."""

from __future__ import annotations


def test_piped_lines_are_answered_and_never_prompted(real):
    done = real("chat", fed=b"can i friend a parent\nwhy\n")
    said = done.stdout.decode()
    assert done.returncode == 0
    assert said.startswith("St Peter's CofE Primary Academy, asked as staff")
    assert "No. Staff must not friend or follow" in " ".join(said.split())
    assert "The rule it rests on" in said
    assert "Which school?" not in said + done.stderr.decode()


def test_a_number_in_a_pipe_presses_a_button(run):
    said = run("chat", "--school", "st-marys", input="can i friend a mum on facebook\n1\n").stdout
    assert said.count("Yes.") == 1


def test_an_empty_pipe_ends_the_chat(run):
    done = run("chat", input="")
    assert (done.exit_code, done.stderr) == (0, "")


def test_binary_in_the_pipe_is_no_reason_to_fail(real):
    done = real("chat", fed=bytes(range(256)) * 40 + b"\ncan i friend a parent\n")
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert "must not friend" in " ".join(done.stdout.decode().split())
