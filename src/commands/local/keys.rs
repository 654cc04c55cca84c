//! The keyboard, while Local AWS serves: `o` opens the page.

use crate::aws::Pause;
use crate::report::{Paint, is_screen, print_error, say};
use std::future::pending;
use std::time::Duration;

/// The page beside what serves: where it is, and what has to go on for it.
pub(crate) struct Beside<F> {
    pub(crate) url: String,
    pub(crate) serving: F,
}

/// Makes the page at once, or when somebody wants it, and opens it each time that somebody does. Never ends.
pub(super) async fn open_page<F: Future<Output = ()>>(
    at_once: bool,
    make: impl AsyncFn() -> crate::error::Result<Beside<F>>,
    open: impl Fn(&str),
) {
    let keyboard = Keyboard::of_terminal();
    if keyboard.is_some() && !at_once {
        say("`o` opens the page");
    }
    let mut wanted = at_once;
    loop {
        if !wanted {
            typed(keyboard.as_ref(), b'o').await;
        }
        match make().await {
            Ok(Beside { url, serving }) => {
                open(&url);
                let again = async {
                    loop {
                        typed(keyboard.as_ref(), b'o').await;
                        open(&url);
                    }
                };
                futures::join!(serving, again);
            }
            // Local AWS goes on without.
            Err(error) => print_error(&error, Paint::plain()),
        }
        wanted = false;
    }
}

async fn typed(keyboard: Option<&Keyboard>, wanted: u8) {
    let Some(keyboard) = keyboard else { return pending().await };
    let mut pause = Pause::steady(Duration::from_millis(100));
    while keyboard.key() != Some(wanted) {
        pause.pass().await;
    }
}

#[cfg(unix)]
use terminal::Keyboard;

#[cfg(unix)]
mod terminal {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::getpgrp;
    use rustix::termios::{LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr};
    use std::io::{Stdin, stdin};

    /// A terminal that gives each key at once, and shows none; as it was, when this is dropped. Ctrl+C stays what it is.
    pub(super) struct Keyboard {
        stdin: Stdin,
        before: Termios,
    }

    impl Keyboard {
        /// Nothing where nobody types, or where what is typed is for another program.
        pub(super) fn of_terminal() -> Option<Self> {
            let stdin = stdin();
            if !super::is_screen() || !isatty(&stdin) || !is_ours(&stdin) {
                return None;
            }
            let before = tcgetattr(&stdin).ok()?;
            let mut each = before.clone();
            each.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
            tcsetattr(&stdin, OptionalActions::Now, &each).ok()?;
            Some(Self { stdin, before })
        }

        /// What was typed, if anything was.
        pub(super) fn key(&self) -> Option<u8> {
            // A process in the background that reads is stopped (SIGTTIN).
            if !is_ours(&self.stdin) {
                return None;
            }
            let mut waiting = [PollFd::new(&self.stdin, PollFlags::IN)];
            let now = Timespec { tv_sec: 0, tv_nsec: 0 };
            if poll(&mut waiting, Some(&now)).ok()? == 0 {
                return None;
            }
            let mut key = [0];
            let read = rustix::io::read(&self.stdin, &mut key).ok()?;
            (read == 1).then_some(key[0])
        }
    }

    impl Drop for Keyboard {
        fn drop(&mut self) {
            if is_ours(&self.stdin) {
                // Nothing can be done about a terminal that is gone.
                let _ = tcsetattr(&self.stdin, OptionalActions::Now, &self.before);
            }
        }
    }

    fn is_ours(stdin: &Stdin) -> bool {
        tcgetpgrp(stdin).is_ok_and(|foreground| foreground == getpgrp())
    }
}

/// Elsewhere, `--open` opens the page.
#[cfg(not(unix))]
struct Keyboard;

#[cfg(not(unix))]
impl Keyboard {
    fn of_terminal() -> Option<Self> {
        None
    }

    fn key(&self) -> Option<u8> {
        None
    }
}
