//! The only place that prints: what was asked for goes to stdout, everything else to stderr.
//!
//! That a stream cannot be written is no reason to stop working: an apply of which nobody reads the output goes on. It
//! is kept in mind, and told at the end where it matters ([`unwritten`]).

use super::fit::{cut, fit};
use super::foreign::ascii;
use super::paint::printed;
#[cfg(feature = "local")]
use super::terminal::rows_of_stderr;
use super::terminal::{columns, columns_of_stderr, is_lively, is_unicode};
use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use std::fmt::{self, Display};
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

static STDOUT: Stream = Stream { lost: OnceLock::new() };
static STDERR: Stream = Stream { lost: OnceLock::new() };

/// A program reads stdout, to which nothing goes that is for people.
static ONLY_FOR_PROGRAMS: AtomicBool = AtomicBool::new(false);

/// `--quiet`: nobody wants to know how it goes on.
static QUIET: AtomicBool = AtomicBool::new(false);

/// On stderr, below the lines that are printed.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);
static BARS_SHOWN: AtomicUsize = AtomicUsize::new(0);

struct Stream {
    /// Why nothing more is written to it.
    lost: OnceLock<io::Error>,
}

impl Stream {
    fn write(&self, mut to: impl Write, text: &str) {
        if self.lost.get().is_none() {
            self.note(to.write_all(text.as_bytes()).and_then(|()| to.flush()));
        }
    }

    fn note(&self, written: io::Result<()>) {
        if let Err(error) = written {
            // The first reason counts.
            let _ = self.lost.set(error);
        }
    }
}

/// When something was told last.
static TOLD: Mutex<Option<Instant>> = Mutex::new(None);

/// For how long nothing was.
pub(crate) fn silent_for() -> Duration {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    told.get_or_insert_with(Instant::now).elapsed()
}

fn told_something() {
    *TOLD.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

/// From now on.
pub(super) fn only_for_programs() {
    ONLY_FOR_PROGRAMS.store(true, Ordering::Relaxed);
}

fn is_only_for_programs() -> bool {
    ONLY_FOR_PROGRAMS.load(Ordering::Relaxed)
}

/// From now on: results and errors alone.
pub(crate) fn quieten() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether hints are left out.
pub(super) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// What was asked for, for people.
pub(crate) fn data(text: impl Display) {
    if is_only_for_programs() {
        return;
    }
    to_stdout(&fitted(&text.to_string(), io::stdout().is_terminal(), columns()));
}

fn to_stdout(text: &str) {
    told_something();
    // Below it, where both are the same terminal.
    match BARS_SHOWN.load(Ordering::Relaxed) {
        0 => STDOUT.write(io::stdout().lock(), text),
        _ => BARS.suspend(|| STDOUT.write(io::stdout().lock(), text)),
    }
}

/// As a terminal can show it; what goes elsewhere stays as it is.
fn fitted(text: &str, is_terminal: bool, columns: Option<usize>) -> String {
    let text = printed(text);
    let text = if is_terminal && !is_unicode() { ascii(&text) } else { text };
    columns.map_or_else(|| text.clone(), |columns| fit(&text, columns))
}

/// What was asked for, for the next program, in another form than JSON: to the byte, unless it goes to a terminal.
pub(crate) fn exact(text: impl Display) {
    if !is_only_for_programs() {
        machine(text);
    }
}

/// A document or a line of JSON.
pub(super) fn machine(text: impl Display) {
    let text = text.to_string();
    match io::stdout().is_terminal() {
        true => to_stdout(&fitted(&text, true, None)),
        false => STDOUT.write(io::stdout().lock(), &text),
    }
}

/// In place of all that a terminal shows.
pub(crate) fn redraw(text: impl Display) {
    if is_only_for_programs() {
        return;
    }
    // ECMA-48: to the first place, and erase from there to the end.
    to_stdout(&format!("\x1b[H\x1b[2J{}", fitted(&text.to_string(), true, columns())));
}

/// A line of progress, or a hint: what `--quiet` leaves out.
pub(crate) fn say(line: impl Display) {
    if !is_quiet() {
        alert(line);
    }
}

/// A line of an error, or of what else has to be told in any case.
pub(crate) fn alert(line: impl Display) {
    told_something();
    let line = fitted(&line.to_string(), io::stderr().is_terminal(), columns_of_stderr());
    // Bars are drawn again and again, over whatever is printed in between: they have to be told of it.
    if BARS_SHOWN.load(Ordering::Relaxed) == 0 || BARS.println(&line).is_err() {
        STDERR.write(io::stderr().lock(), &format!("{line}\n"));
    }
}

/// A question, whose answer goes on the same line.
pub(crate) fn ask(question: impl Display) {
    STDERR.write(io::stderr().lock(), &printed(&question.to_string()));
}

/// What clap has to say about the command line: help goes to stdout, what is wrong with it to stderr.
pub(crate) fn usage(error: &clap::Error) {
    let stream = if error.use_stderr() { &STDERR } else { &STDOUT };
    stream.note(error.print());
}

/// Whether nobody reads stdout any more, as behind `| head`.
pub(crate) fn nobody_reads() -> bool {
    STDOUT.lost.get().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Why what was asked for did not get to where it was to go: a disk that is full, but not a reader who has enough.
pub(crate) fn unwritten() -> Option<&'static io::Error> {
    STDOUT.lost.get().filter(|error| error.kind() != ErrorKind::BrokenPipe)
}

/// A bar or a spinner, on stderr and only where that is a terminal on which something can move; it goes with its end.
#[derive(Debug)]
pub(crate) struct Bar(Option<ProgressBar>);

/// Lines that a terminal has beside those of a bar of many: what stands before them, and the cursor's.
#[cfg(feature = "local")]
const BELOW: usize = 2;
/// What a spinner has beside its words.
const BESIDE: usize = 12;

impl Bar {
    /// `template` is indicatif's, and has `{rate}`: `7,970/s`. Without a length it is a spinner.
    pub(crate) fn new(length: Option<u64>, template: &str) -> Self {
        if !is_lively() || is_quiet() {
            return Self(None);
        }
        let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
        let style = style.with_key("rate", |state: &ProgressState, to: &mut dyn fmt::Write| {
            // Nobody is told of what a terminal does not show.
            let _ = write!(to, "{}/s", HumanCount(state.per_sec().round() as u64));
        });
        let style = if is_unicode() { style } else { style.tick_chars("|/-\\ ").progress_chars("=> ") };
        BARS_SHOWN.fetch_add(1, Ordering::Relaxed);
        Self(Some(BARS.add(bar.with_style(style))))
    }

    /// One that turns while nothing is told.
    pub(crate) fn spinner() -> Self {
        Self::turning_for(Duration::ZERO)
    }

    /// The same, of what has begun a while ago.
    pub(crate) fn turning_for(elapsed: Duration) -> Self {
        let bar = Self::new(None, "{spinner} {msg} {elapsed}");
        if let Some(shown) = &bar.0 {
            // Clones of a bar are the same bar.
            drop(shown.clone().with_elapsed(elapsed));
            shown.enable_steady_tick(Duration::from_millis(100));
        }
        bar
    }

    /// Whether somebody sees it.
    pub(crate) fn is_shown(&self) -> bool {
        self.0.is_some()
    }

    /// In one line, whatever room there is.
    pub(crate) fn show(&self, words: &str) {
        let room = columns_of_stderr().map_or(usize::MAX, |columns| columns.saturating_sub(BESIDE));
        self.0.iter().for_each(|bar| bar.set_message(cut(&fitted(words, true, None), room)));
    }

    /// In as many as it takes; more than a terminal has could not be drawn again in their place.
    #[cfg(feature = "local")]
    pub(crate) fn show_lines(&self, words: &str) {
        let Some(bar) = &self.0 else { return };
        let (text, room) = (fitted(words, true, columns_of_stderr()), rows_of_stderr().unwrap_or(usize::MAX));
        let count = text.lines().count();
        if count + BELOW <= room {
            return bar.set_message(text);
        }
        let shown = room.saturating_sub(BELOW + 1);
        let lines: Vec<_> = text.lines().take(shown).collect();
        bar.set_message(format!(
            "{}\n... and {} more lines: a higher terminal shows them",
            lines.join("\n"),
            count - shown
        ));
    }

    pub(crate) fn advance(&self, by: u64) {
        self.0.iter().for_each(|bar| bar.inc(by));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
            BARS_SHOWN.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
