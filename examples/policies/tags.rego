# Whatever can carry tags says whose it is.
package main

import rego.v1

wanted := {"team", "cost-center"}

deny contains message if {
  some step in input.steps
  step.action in {"create", "update", "replace"}
  step.attributes.tags
  some tag in wanted
  not step.attributes.tags[tag]
  message := sprintf("%s has no tag `%s`", [step.address, tag])
}
