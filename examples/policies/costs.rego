# No merge makes a month more than $100 dearer, and none makes it so that nobody knows.
package main

import rego.v1

most_dollars := 100

deny contains message if {
  more := input.cost.change_cents / 100
  more > most_dollars
  message := sprintf("a month costs $%v more, and may cost $%v more", [more, most_dollars])
}

deny contains message if {
  count(input.cost.missing) > 0
  message := sprintf("what a month costs is not known: no price for %s", [concat(", ", input.cost.missing)])
}
