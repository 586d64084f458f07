package remedy

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/transcript"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// forkWorld drives the fork by commands; amounts are in tokens and dollars:
//
//	own O TOKENS           free tokens from outside
//	stake O TOKENS         tokens from outside into the contract
//	inside O USD           a balance in the rollup
//	unstake O TOKENS       starts the unbonding
//	report O P attacks|owns  opens a question about P with the first bond
//	dispute O TOKENS       against the tentative answer
//	pick O no|yes          a side, once the token forks
//	days N                 time passes, slot by slot
//	show O ...             what owners have
type forkWorld struct {
	t     *testing.T
	w     *World
	r     Remedy
	out   strings.Builder
	names map[string]ledger.Owner
}

func defaultParams() (p Params) {
	param.Defaults(&p)
	return p
}

func newForkWorld(t *testing.T) *forkWorld {
	p := defaultParams()
	var rules rollup.Params
	param.Defaults(&rules)
	rules.MinStake = 0
	l := ledger.New(int(ledger.First)+8, 1)
	e, _ := Find("token-fork")
	return &forkWorld{
		t: t, r: e.New(&p), names: map[string]ledger.Owner{},
		w: &World{Roll: rollup.New(l, rules, l.Owners(), 6480), Ledger: l, Rand: draw.New(1), TicksPerDay: 6480},
	}
}

func (s *forkWorld) owner(name string) ledger.Owner {
	if _, known := s.names[name]; !known {
		s.names[name] = ledger.First + ledger.Owner(len(s.names))
	}
	return s.names[name]
}

func (s *forkWorld) number(word string) ledger.Amount {
	x, err := strconv.ParseFloat(word, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return ledger.Amount(x * 1e6)
}

func (s *forkWorld) say(format string, args ...any) { fmt.Fprintf(&s.out, "= "+format+"\n", args...) }

func (s *forkWorld) hear(m Message) {
	if !s.r.Hear(s.w, m) {
		s.say("refused")
		return
	}
	s.fork()
}

func (s *forkWorld) fork() {
	f := s.r.Docket().Fork
	stage := [...]string{"quiet", "disputed", "forking", "split"}[f.Stage]
	s.say("%s after %d bonds: answer %s, %.2f tokens would overturn it, until day %.2f", stage, f.Rounds,
		[...]string{"no", "yes"}[f.Answer], f.Missing.Units(), float64(f.Until)/6480)
}

func (s *forkWorld) grant(o ledger.Owner, a ledger.Asset, x ledger.Amount) {
	s.w.Must(s.w.Ledger.Post(ledger.Transfer{Amount: x, To: o, Asset: a, Reason: ledger.Genesis}))
}

func (s *forkWorld) run(verb string, args []string) {
	o := ledger.Outside
	if verb != "days" && len(args) > 0 {
		o = s.owner(args[0])
	}
	switch verb {
	case "own":
		s.grant(o, ledger.Token, s.number(args[1]))
	case "stake":
		s.grant(o, ledger.Token, s.number(args[1]))
		s.w.Must(s.w.Roll.Stake(o, s.number(args[1])))
	case "unstake":
		s.w.Must(s.w.Roll.Unstake(o, s.number(args[1]), s.w.Tick))
	case "inside":
		s.grant(o, ledger.Cash, 0)
		s.w.Must(s.w.Roll.Join(o, s.number(args[1])))
	case "report":
		claim := map[string]Claim{"attacks": Attacks, "owns": Owns}[args[2]]
		s.hear(Message{By: o, About: s.owner(args[1]), Word: Report, Count: uint32(claim)})
	case "dispute":
		s.hear(Message{By: o, Word: Dispute, Amount: s.number(args[1])})
	case "pick":
		s.hear(Message{By: o, Word: Pick, Count: map[string]uint32{"no": 0, "yes": 1}[args[1]]})
	case "days":
		s.days(args[0])
	case "show":
		for _, name := range args {
			s.show(name)
		}
	default:
		s.t.Fatalf("no command %s", verb)
	}
}

func (s *forkWorld) days(word string) {
	n, err := strconv.ParseFloat(word, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	for end := s.w.Tick + uint32(n*6480); s.w.Tick < end; {
		s.w.Tick += 40
		s.w.Roll.Mature(s.w.Tick)
		ended := s.r.Docket().Fork.Ended
		s.r.Step(s.w)
		if s.r.Docket().Fork.Ended == ended {
			continue
		}
		s.fork()
		if f := s.r.Docket().Fork; f.Stage == Split {
			s.say("moved: %.2f for no, %.2f for yes", f.Moved[0].Units(), f.Moved[1].Units())
		}
	}
}

func (s *forkWorld) show(name string) {
	l, o := s.w.Ledger, s.owner(name)
	line := fmt.Sprintf("%s: %.4f free, %.4f staked, %.4f unbonding, $%.2f inside, $%.2f outside", name,
		l.Balance(o, ledger.Token, ledger.Free).Units(), l.Balance(o, ledger.Token, ledger.Staked).Units(),
		l.Balance(o, ledger.Token, ledger.Unbonding).Units(), s.w.Roll.Balance(o).Units(),
		l.Balance(o, ledger.Cash, ledger.Free).Units())
	if side, ok := s.r.Docket().Fork.Picked(o); ok {
		line += ", picked " + [...]string{"no", "yes"}[side]
	}
	s.say("%s", line)
}

func (s *forkWorld) audit() {
	s.t.Helper()
	for _, err := range []error{s.w.Fault, s.w.Ledger.Audit(), s.w.Roll.Audit()} {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if s.r.Docket().Fork.Stage == Quiet && s.w.Ledger.Balance(ledger.Escrow, ledger.Token, ledger.Free) != 0 {
		s.t.Fatal("the escrow holds bonds of no question")
	}
}

// "they fork Augur into two, but all the ETH and DAI locked in existing markets
// will go to the version of Augur that had more REP moved into it. So you can
// break Augur enough to steal the ETH and DAI by controlling more REP than the
// other side, and moving them into the “lying” fork."
func TestTokenForkTranscript(t *testing.T) {
	const file = "testdata/fork/token-fork.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// A line "world" begins a new world.
	s := newForkWorld(t)
	transcript.Replay(string(text), &s.out, func(verb string, args []string) {
		if verb == "world" {
			again := newForkWorld(t)
			s.w, s.r, s.names = again.w, again.r, again.names
			return
		}
		s.run(verb, args)
		s.audit()
	})
	transcript.Golden(t, file, s.out.String())
}

// Bonds double once both sides have one, and the new answer always has two thirds
// of the stake: Augur's 3d·2^(n−2).
func TestBondsDouble(t *testing.T) {
	var e escalation
	const d = 1000
	e.open(ledger.First, 1, d)
	want := []ledger.Amount{2 * d, 3 * d, 6 * d, 12 * d, 24 * d, 48 * d}
	for i, bond := range want {
		if e.due() != bond {
			t.Fatalf("bond %d is %d, want %d", i+2, e.due(), bond)
		}
		if e.add(ledger.First, bond-1) != 0 || e.add(ledger.First, 1) != bond {
			t.Fatalf("bond %d fills at the wrong size", i+2)
		}
		if total := e.filled[0] + e.filled[1]; 3*e.filled[e.answer] != 2*total {
			t.Fatalf("the answer has %d of %d", e.filled[e.answer], total)
		}
	}
}

// The right side gains 40 % of its bonds, Augur's figure, and a fifth of the
// losers' bonds is burnt.
func TestWhoIsRightGainsFortyPercent(t *testing.T) {
	s := newForkWorld(t)
	for _, c := range []string{"own dan 10000000", "own ann 100000", "own eve 100000", "report ann bob attacks",
		"dispute eve 20000", "dispute ann 30000"} {
		words := strings.Fields(c)
		s.run(words[0], words[1:])
	}
	s.run("days", []string{"8"})
	s.audit()
	l := s.w.Ledger
	if got := l.Balance(s.owner("ann"), ledger.Token, ledger.Free); got != s.number("116000") {
		t.Errorf("ann has %v, want 40 %% on 40 000", got.Units())
	}
	if got := l.Balance(s.owner("eve"), ledger.Token, ledger.Free); got != s.number("80000") {
		t.Errorf("eve has %v", got.Units())
	}
	if got := l.Balance(ledger.Burned, ledger.Token, ledger.Free); got != s.number("4000") {
		t.Errorf("%v burnt", got.Units())
	}
}

// A clone is independent.
func TestForkClone(t *testing.T) {
	s := newForkWorld(t)
	for _, c := range []string{"own dan 10000000", "own ann 500000", "own eve 500000", "report ann bob attacks",
		"dispute eve 20000"} {
		words := strings.Fields(c)
		s.run(words[0], words[1:])
	}
	before := fmt.Sprintf("%+v", s.r)
	c := s.r.Clone()
	if !c.Hear(s.w, Message{By: s.owner("ann"), Word: Dispute, Amount: s.number("300000")}) {
		t.Fatal("the clone does not listen")
	}
	if got := fmt.Sprintf("%+v", s.r); got != before {
		t.Errorf("the original changed from %s to %s", before, got)
	}
}
