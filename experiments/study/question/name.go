package question

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxName is the most letters of a name, because the name is that of a folder, a part of
// the names of files and a line of tables.
const maxName = 100

// folders are those that the program makes in a folder of results for other things than
// the run of a preset. A preset of that name would write among them.
var folders = []string{"break-even", "claims", ComparisonName, "docking", "paper", "paper-quick", "shards"}

// device matches the names that Windows gives to devices, with or without an ending.
var device = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`)

// unusable says why a name in kebab-case cannot be that of a results folder. It is empty
// for a name that can.
func unusable(name string) string {
	switch {
	case len(name) > maxName:
		return fmt.Sprintf("%q… has %d letters", name[:20], len(name))
	case slices.Contains(folders, name):
		return fmt.Sprintf("%q is a folder of results that the program makes itself", name)
	case device.MatchString(name):
		return fmt.Sprintf("%q is a device on Windows and cannot be a folder there", name)
	}
	return ""
}

// usable is what is expected of a name that is unusable.
var usable = fmt.Sprintf("at most %d letters, and none of %s and the devices of Windows, such as con and nul", maxName,
	strings.Join(folders, ", "))
