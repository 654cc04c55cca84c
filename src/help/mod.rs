//! The commands in help, by what one wants of them: those of the mission first; and what no single one explains.

mod complete;
mod run;
mod topics;

pub(crate) use complete::complete;
pub(crate) use run::{completions, run};
use topics::{TOPICS, topic};

use crate::cli::Cli;
use clap::builder::StyledStr;
use clap::{Command, CommandFactory as _};
use std::fmt::Write as _;
use topics::{EXIT_CODES, Topic};

/// Each command that is shown is in one of them.
const GROUPS: &[(&str, &[&str])] = &[
    ("Commands", &["plan", "apply", "destroy", "cost-estimate"]),
    ("Begin", &["init", "validate", "check", "schema"]),
    ("Data", &["client", "send", "events", "query", "report", "connect", "run"]),
    ("Look", &["ui", "graph", "explain", "output", "status", "logs", "bill", "list"]),
    ("Team", &["adopt", "iam-policy", "build", "unlock", "prices", "version", "completions"]),
    ("Local AWS", &["local"]),
];

/// The command line, with its help.
pub(crate) fn command() -> Command {
    let command = Cli::command();
    let (groups, topics) = (groups(&command), listed(&command));
    let header = command.get_styles().get_header();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{groups}\n{header}Options:{header:#}\n{{options}}{topics}{{after-help}}\n"
    );
    command.help_template(StyledStr::from(template)).after_help(EXIT_CODES)
}

fn groups(command: &Command) -> String {
    let (header, literal) = (command.get_styles().get_header(), command.get_styles().get_literal());
    let mut text = String::new();
    for (name, members) in GROUPS {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "\n{header}{name}:{header:#}");
        for member in members.iter().filter_map(|member| command.find_subcommand(member)) {
            let _ = writeln!(text, "  {literal}{:<13}{literal:#}  {}", member.get_name(), said(member));
        }
    }
    text
}

/// The topics, below the options.
fn listed(command: &Command) -> String {
    let (header, literal) = (command.get_styles().get_header(), command.get_styles().get_literal());
    let mut text = format!("\n\n{header}Topics{header:#} (`pipectl help TOPIC`){header}:{header:#}\n");
    for Topic { name, about, .. } in TOPICS {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {literal}{name:<13}{literal:#}  {about}");
    }
    text
}

/// The first of what a command's help says, up to a stop or a colon: it has to fit a line.
fn said(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let end = about.find([':', '.']).filter(|end| about[end + 1..].starts_with(' ')).unwrap_or(about.len());
    about[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 80, less the name of a command.
    const ROOM: usize = 63;

    #[test]
    fn each_command_is_in_one_group_and_fits_a_line() {
        let command = Cli::command();
        let shown = command.get_subcommands().filter(|one| !one.is_hide_set());
        let mut shown: Vec<_> = shown.map(|one| one.get_name().to_owned()).collect();
        let mut grouped: Vec<_> =
            GROUPS.iter().flat_map(|(_, members)| members.iter().map(|one| (*one).to_owned())).collect();
        if cfg!(not(feature = "local")) {
            grouped.retain(|one| one != "local");
        }
        shown.sort();
        grouped.sort();
        assert_eq!(grouped, shown);
        for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
            let said = said(one);
            assert!(!said.is_empty() && said.len() <= ROOM, "{}: {said}", one.get_name());
        }
    }
}
