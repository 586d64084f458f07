// Package stakeout holds the description of the model, which the command prints.
package stakeout

import _ "embed"

// ODD is the description by the ODD protocol, in Markdown. Package experiments/publish/odd
// writes it from the sources, and a test there holds it to them.
//
//go:embed ODD.md
var ODD string
