package remedy

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"stakeout/experiments/kit/transcript"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// moveWorld drives a migration by commands; amounts are in dollars:
//
//	world [SHARE]            begins a new world, with another threshold
//	inside O USD             a balance in the first rollup
//	sign O USERS USD         for the move; USD is what each pays a coordinator at most
//	unsign O                 takes the signature back
//	alarm O                  calls for a mass exit
//	leave O                  goes out through the coordinator of the next slot
//	publish GAS USD          GAS is in a block, at this cost
//	slot serves USD|refuses|misses   a slot, whose coordinator charges USD for an exit
//	days N                   time without a leader
//	show O ...               what owners have, and where
type moveWorld struct{ *forkWorld }

const leader = ledger.First + 7

func newMoveWorld(t *testing.T, name string, threshold ...string) *moveWorld {
	s := &moveWorld{newForkWorld(t)}
	if e, ok := Find(name); ok {
		p := defaultParams()
		for _, word := range threshold {
			p.MigrateZK.Threshold, p.MassExit.Threshold = s.number(word).Units(), s.number(word).Units()
		}
		s.r = e.New(&p)
	}
	w := s.w
	w.Away = rollup.New(w.Ledger, *w.Roll.Params(), w.Ledger.Owners(), 6480)
	rollup.Beside(w.Roll, w.Away, ledger.Rival)
	return s
}

func (s *moveWorld) state() {
	m := s.r.Docket().Move
	until := ""
	if m.Stage == Queued || m.Stage == Challenged {
		until = fmt.Sprintf(", until day %.2f", float64(m.Until)/6480)
	}
	s.say("%s: %d users signed, %.2f gas each; %d moved in %d moves%s",
		[...]string{"gathering", "publishing", "queued", "challenged"}[m.Stage], m.Users, m.EachGas, m.Moved, m.Ended, until)
}

func (s *moveWorld) hear(m Message) {
	if !s.r.Hear(s.w, m) {
		s.say("refused")
	} else {
		s.state()
	}
}

func (s *moveWorld) run(verb string, args []string) {
	switch verb {
	case "sign":
		var users uint32
		fmt.Sscan(args[1], &users)
		s.hear(Message{By: s.owner(args[0]), Word: Sign, Count: users, Amount: s.number(args[2])})
	case "unsign":
		s.hear(Message{By: s.owner(args[0]), Word: Sign})
	case "alarm":
		m := Message{By: s.owner(args[0]), Word: Alarm, Count: 1}
		if !s.r.Hear(s.w, m) {
			s.say("refused")
		} else {
			s.window()
		}
	case "leave":
		s.w.Roll.AskExit(s.owner(args[0]), 1, ledger.Unit*1000, s.w.Tick)
	case "publish":
		var gas uint64
		fmt.Sscan(args[0], &gas)
		_, left := s.r.(Publisher).Publishes()
		s.say("%d gas to publish", left)
		s.r.(Publisher).Published(s.w, gas, s.number(args[1]))
		s.state()
	case "slot":
		s.slot(args)
	case "show":
		for _, name := range args {
			s.whereabouts(name)
		}
	default:
		s.forkWorld.run(verb, args)
	}
}

func (s *moveWorld) slot(args []string) {
	w := s.w
	var p rollup.Policy
	if args[0] == "serves" {
		p = rollup.Policy{Transfers: true, Exits: true, ExitFee: s.number(args[1])}
	}
	w.Roll.SetPolicy(leader, p)
	w.Roll.Open(rollup.Leader{Staker: leader, Operator: leader})
	_, _ = w.Roll.Build(w.Tick+20, false)
	w.Tick += 40
	w.Roll.Close(w.Tick, args[0] != "misses", 0, 1)
	s.r.Step(w)
	if s.r.Rules().MassExit {
		s.window()
	} else {
		s.state()
	}
}

func (s *moveWorld) window() {
	x := s.r.Docket().Exit
	s.say("open %v, %d alarms, %d windows ended, until day %.2f; exits past the coordinator %v", x.Open, x.Alarms, x.Ended,
		float64(x.Until)/6480, x.Open)
}

func (s *moveWorld) whereabouts(name string) {
	o := s.owner(name)
	s.say("%s: $%.4f in the first, $%.4f in the second, $%.4f outside", name,
		s.w.Roll.Balance(o).Units(), s.w.Away.Balance(o).Units(), s.w.Ledger.Balance(o, ledger.Cash, ledger.Free).Units())
}

// "No, no, no, not a mass exit. A mass migration!" and the answers to it.
func TestMigrationTranscripts(t *testing.T) {
	for _, name := range []string{"migrate-zk", "migrate-optimistic", "migrate-bls", "mass-exit"} {
		file := "testdata/move/" + name + ".txt"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := newMoveWorld(t, name)
		transcript.Replay(string(text), &s.out, func(verb string, args []string) {
			if verb == "world" {
				again := newMoveWorld(t, name, args...)
				s.w, s.r, s.names = again.w, again.r, again.names
				return
			}
			s.run(verb, args)
			s.audit()
			if err := s.w.Away.Audit(); err != nil {
				t.Fatal(err)
			}
		})
		transcript.Golden(t, file, s.out.String())
	}
}

// The thread on data: one proof for any number of users, "witness data (addresses
// and signatures) for every single pissed-off user", and "aggregate signatures"
// that make "optimistic rollup take up less blockspace than zk rollups".
func TestGasOfAMillionUsers(t *testing.T) {
	gas := map[string]float64{}
	for _, name := range []string{"migrate-zk", "migrate-optimistic", "migrate-bls"} {
		s := newMoveWorld(t, name)
		s.run("inside", []string{"ann", "1000"})
		if !s.r.Hear(s.w, Message{By: s.owner("ann"), Word: Sign, Count: 1_000_000}) {
			t.Fatal("refused")
		}
		s.r.Step(s.w)
		_, left := s.r.(Publisher).Publishes()
		gas[name] = float64(left)
	}
	if gas["migrate-zk"] > 1e6 || gas["migrate-optimistic"] < 1.6e9 ||
		gas["migrate-bls"] > 0.13*gas["migrate-optimistic"] {
		t.Errorf("gas %v", gas)
	}
}

// A clone of a migration is independent.
func TestMigrationClone(t *testing.T) {
	s := newMoveWorld(t, "migrate-zk")
	for _, c := range []string{"inside ann 100", "inside bob 100", "sign ann 10 1"} {
		words := strings.Fields(c)
		s.run(words[0], words[1:])
	}
	before := fmt.Sprintf("%+v", s.r)
	c := s.r.Clone()
	if !c.Hear(s.w, Message{By: s.owner("ann"), Word: Sign}) ||
		!c.Hear(s.w, Message{By: s.owner("bob"), Word: Sign, Count: 3}) {
		t.Fatal("the clone does not listen")
	}
	if got := fmt.Sprintf("%+v", s.r); got != before {
		t.Errorf("the original changed from %s to %s", before, got)
	}
}

// An owner cannot sign for more users than a cohort has and so fill layer one for
// nothing.
func TestNobodySignsForOthers(t *testing.T) {
	s := newMoveWorld(t, "migrate-optimistic")
	s.w.Cohort = 100
	s.run("inside", []string{"ann", "1000"})
	for count, want := range map[uint32]bool{101: false, 4_000_000_000: false, 100: true} {
		if got := s.r.Clone().Hear(s.w, Message{By: s.owner("ann"), Word: Sign, Count: count}); got != want {
			t.Errorf("a signature for %d users: %v", count, got)
		}
	}
}
