# Nothing that holds events goes without somebody who looks: not by a merge, whatever `--allow-data-loss` says.
package main

import rego.v1

holds_events := {"s3.bucket", "firehose.stream"}

deny contains message if {
  some step in input.steps
  step.action in {"delete", "replace"}
  some kind in holds_events
  startswith(step.address, concat("", [kind, "."]))
  message := sprintf("%s: %s is for somebody with a terminal", [step.address, step.action])
}
