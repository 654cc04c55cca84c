"""Runs commands in a terminal of a given width, and tells what it shows in the end.

Reads a list of runs as JSON: name, arguments, columns, rows, environment, and what is typed or done to it on the way
(`when` something is shown, `send` these characters, `signal` it, or `resize` the terminal). Prints for each its screen with all that scrolled
away, its exit code, and every line that was ever shown.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

# Seconds without output after which what was drawn is whole.
WHOLE = 0.03


class Terminal:
    def __init__(self, run):
        self.run = run
        self.screen = pyte.HistoryScreen(run["columns"], run.get("rows", 40), history=10_000, ratio=0.5)
        self.stream = pyte.ByteStream(self.screen)
        self.seen, self.raw = [], b""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", self.screen.lines, self.screen.columns, 0, 0))
        environment = {**os.environ, **run.get("environment", {})}
        self.child = subprocess.Popen(
            run["command"], cwd=run["directory"], env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.file = ours
        self.todo = list(run.get("steps", []))

    def shown(self):
        history = [self.line(row) for row in self.screen.history.top]
        lines = history + [line.rstrip() for line in self.screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def line(self, row):
        return "".join(row[column].data for column in range(self.screen.columns)).rstrip()

    def look(self):
        for line in self.screen.display:
            line = line.rstrip()
            if line and line not in self.seen:
                self.seen.append(line)
        if self.todo and self.todo[0]["when"] in "\n".join(self.shown()):
            step = self.todo.pop(0)
            if "send" in step:
                os.write(self.file, step["send"].encode())
            if "signal" in step:
                self.child.send_signal(getattr(signal, step["signal"]))

    def read(self):
        """Whether there may be more."""
        try:
            piece = os.read(self.file, 4096)
        except OSError:
            piece = b""
        self.raw += piece
        self.stream.feed(piece)
        # What is drawn at once may come in pieces, and nobody sees half of it.
        if not piece or not select.select([self.file], [], [], WHOLE)[0]:
            self.look()
        return bool(piece)


def main():
    terminals = [Terminal(run) for run in json.load(sys.stdin)]
    end = time.monotonic() + 60
    open_ones = {terminal.file: terminal for terminal in terminals}
    while open_ones and time.monotonic() < end:
        for file in select.select(list(open_ones), [], [], 0.2)[0]:
            if not open_ones[file].read():
                del open_ones[file]
    told = []
    for terminal in terminals:
        if terminal.file in open_ones:
            terminal.child.kill()
        told.append({
            "name": terminal.run["name"],
            "exit": terminal.child.wait(),
            "lines": terminal.shown(),
            "seen": terminal.seen,
            "raw": terminal.raw.decode("utf-8", "replace"),
        })
    json.dump(told, sys.stdout)


main()
