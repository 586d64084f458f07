package remedy

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/transcript"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// TestTranscripts replays testdata/*.txt. A line is a command; the lines that
// begin with "=" after it are what it prints. The owners are ann, bob, cat, dan,
// eve and mallory; eve and mallory are operators. Amounts are dollars and tokens:
//
//	remedy NAME [PARAM=VALUE ...]  the remedy and its rules; first of all
//	office O O ...                 a single operator holds an office; others follow
//	cash O USD                     from outside
//	stake O TOKENS [O]             tokens from outside into the contract, for an operator
//	unstake O TOKENS
//	delegate O O
//	policy O serve|empty           how an operator builds
//	send N                         transactions, from the only user
//	slot [N]                       whole slots, led by lot, or by the holder of the office
//	congested [N]                  slots whose batches miss the deadline
//	accuse O O                     the first accuses the second
//	vote O yes|no                  to condemn or not
//	enlist O USD
//	bribe O yes|no USD             for each unit of weight that votes so
//	appeal O
//	days X                         time in which no slot has a leader
//	show O ...                     what owners have
//	case                           the docket
func TestTranscripts(t *testing.T) {
	transcript.Files(t, 10, func(t *testing.T, text string) string {
		s := newScript(t)
		transcript.Replay(text, &s.out, func(verb string, args []string) {
			s.run(verb, args)
			s.audit()
		})
		return s.out.String()
	})
}

const slotTicks = 40

var people = []string{"user", "ann", "bob", "cat", "dan", "eve", "mallory"}

// script is a small world with one remedy.
type script struct {
	t      *testing.T
	led    *ledger.Ledger
	roll   *rollup.State
	away   *rollup.State // where users may move
	rules  rollup.Rules
	remedy Remedy
	lots   *draw.Stream
	tick   uint32
	out    strings.Builder
}

func newScript(t *testing.T) *script {
	t.Helper()
	owners := int(ledger.First) + len(people)
	s := &script{t: t, led: ledger.New(owners, owners), lots: draw.New(1), rules: rollup.Rules{Stake: true}}
	for o := range owners {
		s.led.Assign(ledger.Owner(o), ledger.Row(o))
	}
	var p rollup.Params
	param.Defaults(&p)
	s.roll, s.away = rollup.New(s.led, p, owners, 6480), rollup.New(s.led, p, owners, 6480)
	rollup.Beside(s.roll, s.away, ledger.Rival)
	return s
}

func named(name string) ledger.Owner {
	for i, n := range people {
		if n == name {
			return ledger.First + ledger.Owner(i)
		}
	}
	return ledger.Outside
}

func nameOf(o ledger.Owner) string {
	if o < ledger.First || int(o-ledger.First) >= len(people) {
		return "nobody"
	}
	return people[o-ledger.First]
}

func (s *script) say(format string, args ...any) { fmt.Fprintf(&s.out, "= "+format+"\n", args...) }

func (s *script) number(word string) ledger.Amount {
	s.t.Helper()
	x, err := strconv.ParseFloat(word, 64)
	s.ok(err)
	return ledger.Amount(float64(x*1e6) + 0.5)
}

func (s *script) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *script) world() *World {
	return &World{
		Roll: s.roll, Away: s.away, Ledger: s.led, Rules: s.rules, Tick: s.tick, TicksPerDay: 6480,
		Rand: s.lots.At(draw.Remedy, 0, s.tick),
	}
}

func (s *script) grant(o ledger.Owner, a ledger.Asset, x ledger.Amount) {
	s.ok(s.led.Post(ledger.Transfer{Amount: x, To: o, Asset: a}))
}

func (s *script) run(verb string, args []string) {
	o := ledger.Outside
	if len(args) > 0 {
		o = named(args[0])
	}
	switch verb {
	case "remedy":
		s.choose(args)
	case "office":
		s.rules = rollup.Rules{Office: true}
		s.roll.Appoint(o)
		for _, name := range args[1:] {
			s.roll.Succeed(named(name))
		}
	case "cash":
		s.grant(o, ledger.Cash, s.number(args[1]))
	case "stake":
		s.grant(o, ledger.Token, s.number(args[1]))
		s.ok(s.roll.Stake(o, s.number(args[1])))
		if len(args) > 2 {
			s.roll.Delegate(o, named(args[2]))
		}
	case "unstake":
		s.ok(s.roll.Unstake(o, s.number(args[1]), s.tick))
	case "delegate":
		s.answer(s.roll.Delegate(o, named(args[1])))
	case "policy":
		s.roll.SetPolicy(o, rollup.Policy{Transfers: args[1] == "serve", Exits: args[1] == "serve"})
	case "show":
		for _, name := range args {
			s.show(named(name))
		}
	case "case":
		s.docket()
	default:
		s.pass(verb, args)
	}
}

// pass lets time pass, or sends a message to the remedy.
func (s *script) pass(verb string, args []string) {
	switch verb {
	case "send":
		user := named("user")
		if s.roll.Balance(user) == 0 {
			s.ok(s.roll.Join(user, 1e6*ledger.Unit))
		}
		s.roll.Send(user, uint32(s.number(args[0])/ledger.Unit), 1000, s.tick)
	case "slot", "congested":
		n := ledger.Unit
		if len(args) > 0 {
			n = s.number(args[0])
		}
		for range n / ledger.Unit {
			s.slot(verb == "slot")
		}
	case "days":
		for end := s.tick + uint32(s.number(args[0])*6480/ledger.Unit); s.tick < end; {
			s.advance(1)
			if s.tick%slotTicks == 0 {
				s.step()
			}
		}
	default:
		s.speak(verb, args)
	}
}

func (s *script) speak(verb string, args []string) {
	m := Message{By: named(args[0])}
	switch verb {
	case "accuse":
		m.Word, m.About = Accuse, named(args[1])
	case "vote":
		m.Word, m.Count = Vote, yes(args[1])
	case "enlist":
		m.Word, m.Amount = Enlist, s.number(args[1])
	case "bribe":
		m.Word, m.Count, m.Amount = Bribe, yes(args[1]), s.number(args[2])
	case "appeal":
		m.Word = Appeal
	default:
		s.t.Fatalf("unknown command %q", verb)
	}
	s.answer(s.remedy.Hear(s.world(), m))
}

func (s *script) answer(heard bool) {
	if !heard {
		s.say("refused")
	}
}

func yes(word string) uint32 {
	if word == "yes" {
		return 1
	}
	return 0
}

func (s *script) choose(args []string) {
	e, found := Find(args[0])
	if !found {
		s.t.Fatalf("no remedy %q", args[0])
	}
	p := new(Params)
	param.Defaults(p)
	for _, a := range args[1:] {
		name, value, _ := strings.Cut(a, "=")
		s.ok(param.Set(p, name, value))
	}
	s.remedy = e.New(p)
}

func (s *script) advance(ticks int) {
	for range ticks {
		s.tick++
		s.roll.Mature(s.tick)
	}
}

// step ends a slot and prints what the remedy did.
func (s *script) step() {
	k := &s.remedy.Docket().Case
	before := *k
	s.remedy.Step(s.world())
	s.ok(s.roll.Fault())
	if k.Upheld > before.Upheld {
		s.say("day %.1f: %s punished, %.6f tokens burnt", s.day(), nameOf(k.Accused), (k.Taken - before.Taken).Units())
	}
	switch {
	case !before.Open:
	case !k.Open:
		s.say("day %.1f: closed in round %d, %s for and %s against", s.day(), k.Round, plain(k.For), plain(k.Against))
	case k.Phase != before.Phase:
		s.say("day %.1f: %s until day %.1f", s.day(), [...]string{"evidence", "voting", "appeal"}[k.Phase],
			float64(k.Closes)/6480)
	}
}

func (s *script) day() float64 { return float64(s.tick) / 6480 }

func plain(a ledger.Amount) string { return strconv.FormatFloat(a.Units(), 'f', -1, 64) }

// slot runs a slot; posted says whether its batch is in time.
func (s *script) slot(posted bool) {
	var l rollup.Leader
	if o, some := s.roll.Draw(s.lots.At(draw.Lottery, 0, s.roll.Public().Slot).Uint64()); some {
		l = rollup.Leader{Staker: o, Operator: s.roll.OperatorOf(o)}
	}
	if s.rules.Office {
		l = rollup.Leader{Staker: s.roll.Appointed(), Operator: s.roll.Appointed()}
	}
	s.roll.Open(l)
	s.advance(slotTicks / 2)
	_, built := s.roll.Build(s.tick, false)
	s.advance(slotTicks / 2)
	o := s.roll.Close(s.tick, built && posted, 0, 1)
	r := s.roll.RecordOf(l.Operator)
	s.say("slot %d led by %s: %d served, %d wait; its record %d led, %d unserved, %d missed", s.roll.Public().Slot,
		nameOf(l.Operator),
		o.Transactions, s.roll.Public().Waiting, r.Led, r.Unserved, r.Missed)
	s.step()
}

func (s *script) show(o ledger.Owner) {
	b := func(a ledger.Asset, p ledger.Pocket) string { return plain(s.led.Balance(o, a, p)) }
	s.say("%s: $%s, %s free, %s staked with %s, %s unbonding", nameOf(o), b(ledger.Cash, ledger.Free),
		b(ledger.Token, ledger.Free),
		b(ledger.Token, ledger.Staked), nameOf(s.roll.OperatorOf(o)), b(ledger.Token, ledger.Unbonding))
}

func (s *script) docket() {
	k := &s.remedy.Docket().Case
	s.say("case %d against %s by %s, open %v, %s for and %s against, %d ended, %d upheld, %s burnt, $%s in "+
		"escrow, suspect %s", k.Number, nameOf(k.Accused),
		nameOf(k.Accuser), k.Open, plain(k.For), plain(k.Against), k.Ended, k.Upheld, plain(k.Taken),
		plain(s.led.Balance(ledger.Escrow, ledger.Cash, ledger.Free)),
		nameOf(s.roll.Public().Suspect))
	if len(k.Jurors) > 0 && k.Open {
		var names []string
		for _, o := range k.Jurors {
			names = append(names, nameOf(o))
		}
		s.say("jurors %s; an appeal costs $%s", strings.Join(names, " "), plain(k.Cost))
	}
}

// audit checks that no money is missing and that escrow holds what the remedy
// owes.
func (s *script) audit() {
	s.t.Helper()
	s.ok(s.led.Audit())
	s.ok(s.roll.Audit())
	s.ok(s.away.Audit())
	if owed, held := escrowed(s.remedy), s.led.Balance(ledger.Escrow, ledger.Cash, ledger.Free); owed != held {
		s.t.Fatalf("%d in escrow, %d owed", held, owed)
	}
	bonds := ledger.Amount(0)
	if f, ok := s.remedy.(*tokenFork); ok {
		for _, b := range f.game.bonds {
			bonds += b.amount
		}
	}
	if held := s.led.Balance(ledger.Escrow, ledger.Token, ledger.Free); held != bonds {
		s.t.Fatalf("%d tokens in escrow, bonds of %d", held, bonds)
	}
}

// escrowed is the amount that a remedy holds in escrow.
func escrowed(r Remedy) (sum ledger.Amount) {
	switch r := r.(type) {
	case *timelockVote:
		return r.held(r.p.Bond)
	case *court:
		for _, j := range r.jurors {
			sum += j.stake
		}
		for _, pot := range r.pots {
			if r.docket.Case.Open {
				sum += pot
			}
		}
		return sum + r.held(r.p.Bond)
	}
	return 0
}

func (t *trial) held(bond ledger.Amount) ledger.Amount {
	if !t.docket.Case.Open {
		return 0
	}
	return bond + t.purse
}
