"""The storm: kill -9 at every step of the life of a report, judged from outside the process. `make storm` runs it."""
