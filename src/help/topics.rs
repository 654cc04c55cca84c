//! What no single command explains: `pipectl help TOPIC`.

pub(crate) struct Topic {
    pub(crate) name: &'static str,
    /// One line, in the list.
    pub(crate) about: &'static str,
    pub(crate) text: &'static str,
}

pub(crate) const EXIT_CODES: &str = "\
Exit codes:
    0  done, or nothing to do
    1  failed
    2  changes pending (`plan --detailed-exitcode`), drift (`plan --drift-only`); events without a column (`events --check`)
    3  wrong usage or pipeline.yaml
    4  refused: data loss, somebody else's resource or lock, stale plan, budget, limits
    5  partly applied
  130  interrupted (SIGINT, Ctrl+C)
  143  terminated (SIGTERM, as CI cancels a job)";

const ENVIRONMENT: &str = "\
An option wins over its variable; a variable of nothing counts as none.

  PIPECTL_FILE             --file
  PIPECTL_STAGE            --stage
  PIPECTL_REGION           --region
  PIPECTL_LOCAL            --local: `1`, or a directory
  PIPECTL_LOCAL_ACCOUNT    the account of a new Local AWS, twelve digits
  PIPECTL_LAMBDA_DIR       --lambda-dir
  PIPECTL_REQUEST_TIMEOUT  --request-timeout
  PIPECTL_LONGEST_WAIT     --longest-wait
  PIPECTL_RUN_URL          where a run in CI is to be seen, for whoever finds its lock
  PIPECTL_KEY              the API key, in the snippets of `output --snippet`
  PIPECTL_RECORD           a file, into which the exchange with AWS is recorded
  PIPECTL_COMPLETE         the shell that asks for completions; its script sets it

Credentials and region of AWS come from where the AWS CLI has them: AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_REGION,
AWS_CONFIG_FILE and so on, sign-on, roles of CI and machines; AWS_ENDPOINT_URL names another AWS.

  NO_COLOR                     no colour, and it wins over the next one
  FORCE_COLOR, CLICOLOR_FORCE  colour, also where no terminal is
  CLICOLOR=0                   no colour
  TERM=dumb                    no colour, and nothing that moves
  LC_ALL, LC_CTYPE, LANG       whether there is more than ASCII
  COLUMNS                      how wide the terminal is
  HTTPS_PROXY, NO_PROXY        the way to AWS";

const ADDRESSES: &str = "\
An address is a resource's kind and its name in the pipeline: `glue.crawler.raw`. It stays when stage, account or
region are others, where the name on AWS does not.

  pipectl plan                       lists those that change
  pipectl graph --resources          all of them, and what depends on what
  --adopt ADDRESS                    takes over what was not made by pipectl
  --allow-data-loss ADDRESS          deletes, replaces or changes it although data is lost by that
  --revert-extras [ADDRESS]          takes away what is live beside what the file speaks of
  names: { glue.crawler.raw: NAME }  in the file: what it is called on AWS

Shells complete them after the script of `pipectl completions SHELL`.";

const TIME: &str = "\
A time is a number and its unit: `90s`, `15 min`, `3h`, `14 days`. A schedule is `hourly`, `daily`, or AWS's own
`cron(...)`. All hours and days are UTC, as the folders of the files and the schedules of AWS are.

An event is in the raw files when its buffer is delivered (`delivery.buffer`), in the table when the crawler has found
its partition or at once (`catalog.tables`), and in Parquet when the job has run (`etl.schedule`). `pipectl status`
says how old the newest rows are, `pipectl run all` waits for no schedule.

Local AWS has a clock of its own: `pipectl local tick 1h` lets an hour pass at once, `pipectl local --time-scale 60`
a minute each second.";

const LOCAL_AWS: &str = "\
The AWS in this program is for trying out and for tests: no account, no network, no Docker. What it is told it keeps in
a directory, `.pipectl/local` beside the file unless `--local=DIR` says another.

  pipectl apply --local    makes the pipeline in it
  pipectl local            serves it on port 4566, so that buffers are delivered and schedules come due
  pipectl send --local     sends events; without a server, what is buffered waits for one, or for a tick
  pipectl local tick 15min lets time pass at once
  pipectl query --local    runs SQL on its tables
  pipectl destroy --local  takes the pipeline down; what is left is the directory

Other clients reach the server by AWS_ENDPOINT_URL. It knows no other service than those of a pipeline.";

const COSTS: &str = "\
`pipectl cost-estimate` says what a month costs, from the file and its `usage`, at AWS's list prices of the region:
without an account and without the network. `plan` and `apply` say what a change makes of it.

  --usage NAME=VALUE            another figure than the file's, such as events_per_month=5M
  --explain                     how each line comes about, from which price and date
  plan --budget AMOUNT          refuses a plan whose month costs more
  plan --max-increase AMOUNT    refuses one that adds as much: `50`, or `20%`
  --listed-prices               asks AWS's price list in place of the book
  pipectl prices update         keeps a book of your own up to date
  pipectl bill                  what AWS has billed, beside the estimate; $0.01 a request";

/// In the order in which help lists them.
pub(crate) const TOPICS: &[Topic] = &[
    Topic { name: "exit-codes", about: "what a script can tell a run's end by", text: EXIT_CODES },
    Topic { name: "environment", about: "variables, of pipectl and of the terminal", text: ENVIRONMENT },
    Topic { name: "addresses", about: "how a resource is named, and where that is asked for", text: ADDRESSES },
    Topic { name: "time", about: "how times are written, and when an event is where", text: TIME },
    Topic { name: "local-aws", about: "the AWS in this program, from apply to query", text: LOCAL_AWS },
    Topic { name: "costs", about: "what is estimated, refused, billed", text: COSTS },
];

pub(crate) fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn sources(directory: &Path, all: &mut String) {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if path.is_dir() => sources(&path, all),
                path if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("help/topics.rs") => {
                    all.push_str(&std::fs::read_to_string(path).unwrap());
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_variable_is_explained_and_there_is_no_other() {
        let mut all = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
        let variables = |text: &str| -> std::collections::BTreeSet<String> {
            let begins = text.match_indices("PIPECTL_").map(|(at, _)| &text[at..]);
            let names = begins.map(|rest| rest.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).next().unwrap());
            names.filter(|name| *name != "PIPECTL_").map(str::to_owned).collect()
        };
        let mut read = variables(&all);
        // Of this test, and of tests.
        read.remove("PIPECTL_TESTS");
        // What a build is told, and no run.
        read.retain(|name| !name.starts_with("PIPECTL_COMMIT"));
        assert_eq!(variables(ENVIRONMENT), read);
    }

    #[test]
    fn each_line_fits_and_each_topic_has_another_name_than_a_command() {
        let commands = crate::help::command();
        for Topic { name, about, text } in TOPICS {
            assert!(about.len() <= 63, "{name}");
            assert!(commands.find_subcommand(name).is_none(), "{name}");
            assert!(text.lines().all(|line| line.len() <= 124), "{name}");
        }
    }
}
