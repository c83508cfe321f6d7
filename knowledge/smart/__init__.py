"""What is taught and where help is: quiz questions, tips and signposts, each with the day it was checked."""
