# The commands of README.md and CONTRIBUTING.md. `just` lists them.

example := "examples/clickstream/pipeline.yaml"

[private]
default:
    @just --list --unsorted

# Formats, and says what the lints find. The inner loop.
lint *ARGS:
    cargo fmt --all
    cargo clippy --workspace --all-targets {{ ARGS }} -- -D warnings

# Runs tests whose name contains one of the words; all without one.
test *WORDS:
    cargo test --workspace {{ if WORDS == "" { "" } else { "-- " + WORDS } }}

# Runs the tests of the engine, which are done in seconds.
engine:
    cargo test -p pipectl-engine

# Runs the tests that take longest, of which CI takes a third each time.
long:
    cargo test --workspace --test binary -- --ignored --exact $(grep -v '^#' .ci/long)

# All that has to hold before anything lands, as CI does it.
ci:
    .ci/run

# Makes the example on Local AWS, sends events, lets three hours pass and asks.
demo:
    cargo run -- apply --local -f {{ example }} --yes
    cargo run -- send --local -f {{ example }} --events 10000
    cargo run -- local tick 3h -f {{ example }}
    cargo run -- query --local -f {{ example }} --named events_by_name --output table

# Takes the example down again, with its data.
demo-down:
    cargo run -- destroy --local --yes --allow-data-loss s3.bucket.data -f {{ example }}

# Makes a site of docs/ in target/book: cargo install mdbook --no-default-features
book:
    mdbook build

# Writes docs/reference anew, from the program.
reference:
    PIPECTL_GOLDEN=write cargo test -p pipectl --test architecture -- errors::
    PIPECTL_GOLDEN=write cargo test -p pipectl --test binary -- reference::

# Runs pipectl as it is now.
run *ARGS:
    cargo run -- {{ ARGS }}

# Serves Local AWS for the AWS CLI or boto3, at http://127.0.0.1:4566.
local *ARGS:
    cargo run -- local {{ ARGS }}

# Cuts AWS's models down to the operations that Local AWS serves: after adding one, or with a newer botocore.
models:
    pip install --quiet botocore==1.43.106
    local/models/cut.py

# The executable that a release has.
release:
    cargo build --release

# Measures what README.md tells under `Speed`: latency, local_events or local_job.
bench NAME: release
    bench/{{ NAME }}.sh

# What one invocation of `track` costs.
bench-track *ARGS:
    bench/track/run.sh {{ ARGS }}

# Tries pipectl's whole life on an AWS account, for a few cents: docs/acceptance.md. `just aws-acceptance --profile sandbox`
aws-acceptance *ARGS: release
    target/release/pipectl aws-acceptance --report aws-acceptance.md {{ ARGS }}
