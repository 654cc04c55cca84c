"""usage: screen.py WHEN KEYS COMMAND...   what somebody sees who runs COMMAND in a terminal and presses KEYS (`^C`) once
the words WHEN are to be seen; empty words press nothing. Prints every line, also those above the screen, the title of
the window, and the exit code."""

import fcntl
import os
import pty
import re
import struct
import sys
import termios

import pyte

when, keys, command = sys.argv[1], sys.argv[2].replace("^C", "\x03"), sys.argv[3:]
ROWS, COLUMNS = 50, 160
screen = pyte.HistoryScreen(COLUMNS, ROWS, history=10_000)
stream = pyte.ByteStream(screen)


def lines():
    above = ["".join(line[column].data for column in range(COLUMNS)) for line in screen.history.top]
    return [line.rstrip() for line in above + screen.display]


child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.execvp(command[0], command)
pressed = not when
while True:
    try:
        written = os.read(terminal, 65536)
    except OSError:  # Linux says so when nobody has the other end any more.
        break
    if not written:
        break
    stream.feed(written)
    if not pressed and any(re.search(when, line) for line in lines()):
        os.write(terminal, keys.encode())
        pressed = True
_, status = os.waitpid(child, 0)
print("\n".join(line for line in lines() if line))
print("title:", screen.title)
print("exit:", os.waitstatus_to_exitcode(status))
