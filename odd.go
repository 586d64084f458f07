// Package stakeout holds the description of the model, which the command prints.
package stakeout

import _ "embed"

// ODD is the prose of the description by the ODD protocol, in Markdown. Package odd writes it from the sources and
// keeps the tables that it points to; a test there compares both with the sources.
//
//go:embed ODD.md
var ODD string
