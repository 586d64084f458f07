package question

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
)

// Unlisted has the parameters that other columns hold or that change no result.
var Unlisted = map[string]bool{"name": true, "question": true, "replications": true, WorldPath: true}

const AttackPrefix = "attack_params."

// Walk visits every parameter of a spec under its full path.
func (s *Spec) Walk(visit func(path string, f param.Field)) {
	part := worldPart{Header: s.Header, World: s.World}
	param.Walk(&part, visit)
	if s.Params != nil {
		param.Walk(s.Params, func(path string, f param.Field) { visit(AttackPrefix+path, f) })
	}
}

// Stated returns the values that the built-in preset of the spec's name has by path, in
// the world of the spec. It is nil when there is no preset of the name.
func (s *Spec) Stated() map[string]string {
	set := []string{winsPath + "=" + strconv.FormatBool(s.WorldWins)}
	if w := s.in; w != "" {
		set = append(set, InWorld+w)
	}
	if base, err := Load(s.Name, set...); err == nil {
		return base.stated
	}
	return nil
}

// ReplicationHash is the hash of everything that a replication depends on except its seed.
// The number of replications, the name and the question do not count, and of the world
// its settings and not its name.
func (s *Spec) ReplicationHash() string {
	c := *s
	c.Name, c.Question, c.Replications, c.World.Name, c.WorldWins = "", "", 0, "", false
	sum := sha256.Sum256(c.Canonical())
	return hex.EncodeToString(sum[:])
}

// Essence is the text of a configuration without what changes no result: the number of
// replications, the name and the question.
func Essence(config string) string {
	var b strings.Builder
	for line := range strings.Lines(config) {
		if key, _, _ := strings.Cut(line, ":"); !Unlisted[key] {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Key identifies the results of the spec under a version of the program.
func (s *Spec) Key(version string) string {
	return record.RunKey(version, s.ReplicationHash(), uint64(s.Seed), "")
}

// Replay is the command that explains a replication of the spec: the preset and the values
// that were set besides. A preset that is not built in is named by the file that was
// given; the command works in the folder in which it was given.
func (s *Spec) Replay(builtin map[string]string) string {
	command, was := "stakeout explain "+s.Name, builtin
	if was == nil {
		command, was = "stakeout explain "+Argument(strings.ToValidUTF8(s.file, "?")), s.stated
	}
	if w := s.in; w != "" {
		command += " --world " + Argument(strings.ToValidUTF8(w, "?"))
	}
	if s.WorldWins {
		command += " --set " + winsPath + "=true"
	}
	s.Walk(func(path string, f param.Field) {
		if !Unlisted[path] && path != winsPath && was != nil && was[path] != f.Value {
			command += " --set '" + path + "=" + f.Value + "'"
		}
	})
	return command + " --rep "
}

// Argument is a text as a shell wants it.
func Argument(text string) string {
	if plainArgument.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

var plainArgument = regexp.MustCompile(`^[A-Za-z0-9_+=./,:@%-]+$`)

// Texts returns the values of all parameters by path.
func (s *Spec) Texts() map[string]string {
	out := map[string]string{}
	s.Walk(func(path string, f param.Field) { out[path] = f.Value })
	return out
}

// WorldKey names everything that the idle world of a replication depends on except the
// remedy.
func (s *Spec) WorldKey(rep int) string {
	var text strings.Builder
	fmt.Fprintln(&text, s.Mechanism, s.SeedOf(rep), s.StartDays)
	s.Walk(func(path string, f param.Field) {
		if strings.HasPrefix(path, "world.") && path != WorldPath {
			fmt.Fprintln(&text, path, f.Value)
		}
	})
	return text.String()
}

// PlanKey names what the world of the attack depends on besides WorldKey.
func (s *Spec) PlanKey() string {
	return fmt.Sprintln(s.Attack, s.HorizonDays) + string(param.Canonical(s.Params))
}

// UseKey names what the world of the honest use of the capital depends on besides
// WorldKey. Attacks with the same honest use have the same key.
func (s *Spec) UseKey() string {
	if use := s.Entry.Use(s.Params); use != "" {
		return fmt.Sprintln(s.HorizonDays, use)
	}
	return s.PlanKey()
}

// SeedOf is the seed of a replication. Experiments with the same master seed are paired by
// the number of the replication.
func (s *Spec) SeedOf(rep int) uint64 { return draw.Mix(uint64(s.Seed), uint64(rep)) }

// Capital is the cash that the attacker's legs start with.
func (s *Spec) Capital() [sim.Legs]ledger.Amount { return s.Entry.Capital(s.Params) }
