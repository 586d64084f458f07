package main

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// topics are the pages of `stakeout help TOPIC`, one Markdown file each. The tests run the commands in them.
//
//go:embed topics/*.md
var topics embed.FS

// moreAbout names the topics that tell more about a command than its own help does.
var moreAbout = map[string][]string{
	"break-even": {"sweeps"}, "check": {"presets", "claims"}, "compare": {"worlds", "claims"},
	"dock": {"docking"}, "export": {"results"},
	"list": {"rules"}, "report": {"results"}, "resume": {"running"}, "run": {"running", "worlds", "results"},
	"schema": {"presets"},
	"show":   {"presets", "rules", "worlds"}, "sweep": {"sweeps", "shards"}, "verify": {"results"},
	"book": {"book"}, "claims": {"claims"}, "facts": {"facts"}, "figures": {"figures"}, "replay": {"replay"},
}

// topicNames lists the topics in alphabetical order.
func topicNames() (names []string) {
	entries, err := fs.ReadDir(topics, "topics")
	if err != nil {
		panic(fmt.Sprintf("stakeout: its own topics: %v", err)) // The compiler has read them before.
	}
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".md"))
	}
	return names
}

// topic returns the text of a topic, which must exist.
func topic(name string) string {
	text, err := topics.ReadFile("topics/" + name + ".md")
	if err != nil {
		panic(fmt.Sprintf("stakeout: its own topics: %v", err))
	}
	return string(text)
}

// topicList is what the help of the program adds to the list of commands: each topic with the subtitle of its heading.
func topicList() string {
	var b strings.Builder
	b.WriteString("\nTOPICS (stakeout help TOPIC):\n")
	for _, name := range topicNames() {
		heading, _, _ := strings.Cut(topic(name), "\n")
		_, subtitle, _ := strings.Cut(heading, ": ")
		fmt.Fprintf(&b, "   %-10s  %s\n", name, subtitle)
	}
	return b.String()
}

// help prints the list of commands and topics, a topic, or how a command is used. A name that is both gets the
// topic first and the options of the command below it.
func (p *program) help(c *cli.Context) error {
	if c.NArg() == 0 {
		return cli.ShowAppHelp(c)
	}
	name, err := word(c, "topic or command")
	if err != nil {
		return err
	}
	isTopic, isVerb := slices.Contains(topicNames(), name), slices.Contains(verbNames(c.App), name)
	switch {
	case !isTopic && !isVerb:
		valid := append(topicNames(), verbNames(c.App)...)
		return usagef("there is no topic or command %q%s; `stakeout help` lists them all", name, hint(name, valid))
	case isTopic:
		fmt.Fprint(p.out, readable(topic(name), p.self))
	}
	if !isVerb {
		return nil
	}
	if isTopic {
		fmt.Fprintln(p.out)
		verb := c.App.Command(name)
		text, _, _ := strings.Cut(verb.Description, more) // The reader has just read it.
		verb.Description = strings.TrimSpace(text)
	}
	return cli.ShowCommandHelp(c, name)
}

// readable is a topic for a terminal: without the marks that tell the tests what to run, and with the program
// called as the user calls it.
func readable(text, self string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "<!--") {
			b.WriteString(strings.ReplaceAll(line, "go run ./cmd/stakeout", self))
		}
	}
	return b.String()
}

// more introduces the topics at the end of the help of a command.
const more = "More: "

// pointToTopics adds to the help of a command where there is more about it.
func pointToTopics(c *cli.Command) {
	names := moreAbout[c.Name]
	if len(names) == 0 {
		return
	}
	if c.Description != "" {
		c.Description += "\n\n"
	}
	c.Description += more + "`stakeout help " + strings.Join(names, "`, `stakeout help ") + "`"
}
