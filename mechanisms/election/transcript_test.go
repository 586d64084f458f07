package election

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/transcript"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// TestTranscripts replays testdata/*.txt, one for each mechanism. A line is a
// command; the lines that begin with "=" after it are its output. The owners are
// ann, bob, carl, dora and users; amounts are in dollars, or in the asset in
// which bids are paid:
//
//	mechanism NAME [KEY=VALUE ...]   under these rules, from now on
//	fund O USD, tokens O TOKENS      money from outside
//	stake O TOKENS, unstake O TOKENS into the contract and out of it
//	delegate O O                     who builds
//	appoint O                        the office, or the boot coordinator
//	policy O serve|empty|veto|equivocate
//	send COUNT FEE                   transactions of the users
//	bid O COUNT LIMIT                for the next lots on sale
//	board                            the public record of an auction
//	ahead                            leaders that are known before their slots
//	slot [late]                      one slot; late is a batch that misses its deadline
//	slots N                          N slots, counted by leader
//	show O ...                       what owners have
func TestTranscripts(t *testing.T) {
	transcript.Files(t, len(All()), func(t *testing.T, text string) string {
		s := newScript(t)
		transcript.Replay(text, &s.out, func(verb string, args []string) {
			s.run(verb, args)
			if err := s.l.Audit(); err != nil {
				t.Fatal(err)
			}
			if err := s.s.Audit(); err != nil {
				t.Fatal(err)
			}
		})
		return s.out.String()
	})
}

// Every mechanism has a transcript with its name.
func TestEveryMechanismHasATranscript(t *testing.T) {
	for _, e := range All() {
		text, err := os.ReadFile("testdata/" + e.Name + ".txt")
		if err != nil || !strings.Contains(string(text), "mechanism "+e.Name) {
			t.Errorf("%s has no transcript: %v", e.Name, err)
		}
	}
}

var cast = []string{"ann", "bob", "carl", "dora", "users"}

// systems are the system owners that transfers name.
var systems = []string{ledger.Outside: "nobody", ledger.Treasury: "treasury", ledger.Escrow: "escrow",
	ledger.Burned: "the fire", ledger.LayerOne: "layer one"}

type script struct {
	t    *testing.T
	l    *ledger.Ledger
	s    *rollup.State
	m    Mechanism
	lots *draw.Stream
	tick uint32
	out  strings.Builder
}

func newScript(t *testing.T) *script {
	var p rollup.Params
	param.Defaults(&p)
	p.ExtractableUSD = 0
	n := int(ledger.First) + len(cast)
	l := ledger.New(n, n)
	for o := range n {
		l.Assign(ledger.Owner(o), ledger.Row(o))
	}
	s := &script{t: t, l: l, s: rollup.New(l, p, n, 6480), lots: draw.New(7698)}
	s.ok(s.s.Join(s.who("users"), 1e6*ledger.Unit))
	return s
}

func (s *script) ok(err error) {
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *script) say(format string, args ...any) { fmt.Fprintf(&s.out, "= "+format+"\n", args...) }

func (s *script) who(name string) ledger.Owner {
	i := slices.Index(cast, name)
	if i < 0 {
		s.t.Fatalf("nobody is called %q", name)
	}
	return ledger.First + ledger.Owner(i)
}

func (s *script) name(o ledger.Owner) string {
	if o >= ledger.First {
		return cast[o-ledger.First]
	}
	return systems[o]
}

func (s *script) amount(word string) ledger.Amount {
	x, err := strconv.ParseFloat(word, 64)
	s.ok(err)
	return ledger.Amount(x*1e6 + 0.5)
}

func (s *script) count(word string) uint32 {
	n, err := strconv.Atoi(word)
	s.ok(err)
	return uint32(n)
}

func money(x ledger.Amount, a ledger.Asset) string {
	digits := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.6f", x.Units()), "0"), ".")
	if a == ledger.Token {
		return digits + " tokens"
	}
	return digits + " USD"
}

func (s *script) run(verb string, args []string) {
	switch verb {
	case "mechanism":
		s.choose(args)
	case "fund", "tokens":
		asset := ledger.Cash
		if verb == "tokens" {
			asset = ledger.Token
		}
		s.ok(s.l.Post(ledger.Transfer{Amount: s.amount(args[1]), To: s.who(args[0]), Asset: asset}))
	case "stake":
		s.ok(s.s.Stake(s.who(args[0]), s.amount(args[1])))
	case "unstake":
		s.ok(s.s.Unstake(s.who(args[0]), s.amount(args[1]), s.tick))
	case "delegate":
		s.s.Delegate(s.who(args[0]), s.who(args[1]))
	case "appoint":
		s.s.Appoint(s.who(args[0]))
	case "policy":
		s.policy(s.who(args[0]), args[1])
	case "send":
		s.s.Send(s.who("users"), s.count(args[0]), s.amount(args[1]), s.tick)
	default:
		s.report(verb, args)
	}
}

func (s *script) choose(args []string) {
	e, found := Find(args[0])
	if !found {
		s.t.Fatalf("no mechanism %q", args[0])
	}
	var p Params
	param.Defaults(&p)
	for _, kv := range args[1:] {
		key, value, _ := strings.Cut(kv, "=")
		s.ok(param.Set(&p, strings.ReplaceAll(e.Name, "-", "_")+"."+key, value))
	}
	s.m = e.New(&p)
}

func (s *script) policy(o ledger.Owner, kind string) {
	serve := rollup.Policy{Transfers: true, Exits: true, MinFee: 10_000, ExitFee: 400_000}
	switch kind {
	case "serve":
	case "empty":
		serve = rollup.Policy{}
	case "veto":
		serve = rollup.Policy{Veto: true}
	case "equivocate":
		serve.Equivocate = true
	default:
		s.t.Fatalf("no policy %q", kind)
	}
	s.s.SetPolicy(o, serve)
}

func (s *script) report(verb string, args []string) {
	switch verb {
	case "bid":
		taken := s.m.(Auction).Bid(s.s, s.l, Bid{By: s.who(args[0]), Count: s.count(args[1]), Limit: s.amount(args[2])})
		s.say("%s", map[bool]string{true: "taken", false: "refused"}[taken])
	case "board":
		s.board(s.m.(Auction).Board())
	case "ahead":
		var names []string
		for _, o := range s.m.(Foresight).Ahead().Next {
			names = append(names, s.name(o))
		}
		s.say("next: %s", strings.Join(append(names, "unknown"), ", "))
	case "slot":
		s.slot(len(args) > 0)
	case "slots":
		s.many(int(s.count(args[0])))
	case "show":
		for _, who := range args {
			o := s.who(who)
			s.say("%s: %s, %s, %s staked", who, money(s.l.Balance(o, ledger.Cash, ledger.Free), ledger.Cash),
				money(s.l.Balance(o, ledger.Token, ledger.Free), ledger.Token), money(s.s.Bonded(o), ledger.Token))
		}
		s.say("in escrow: %s, %s", money(s.l.Balance(ledger.Escrow, ledger.Cash, ledger.Free), ledger.Cash),
			money(s.l.Balance(ledger.Escrow, ledger.Token, ledger.Free), ledger.Token))
	default:
		s.t.Fatalf("unknown command %q", verb)
	}
}

// board prints runs of lots with equal bids.
func (s *script) board(b *Board) {
	if len(b.ring) == 0 {
		s.say("lot %d of %d slots, from %s; last price %s", b.First, b.Slots, money(b.Least, b.Asset),
			money(b.Price, b.Asset))
		return
	}
	for n := b.First; n < b.First+b.Open; {
		first, standing := n, b.Lot(n)
		for n < b.First+b.Open && b.Lot(n) == standing {
			n++
		}
		lots := fmt.Sprintf("slot %d", first)
		if n-1 > first {
			lots = fmt.Sprintf("slots %d to %d", first, n-1)
		}
		s.say("%s: %s, %s", lots, s.name(standing.By), money(standing.Amount, b.Asset))
	}
}

// lead runs one slot, whose batch costs a dollar of gas.
func (s *script) lead(late bool) (rollup.Outcome, []ledger.Transfer) {
	s.s.Open(s.m.Elect(s.s, s.lots.At(draw.Lottery, 0, s.s.Public().Slot)))
	_, built := s.s.Build(s.tick+20, false)
	s.tick += 40
	s.s.Mature(s.tick)
	o := s.s.Close(s.tick, built && !late, ledger.Unit, 1)
	moves := s.m.Settle(s.s, o, nil)
	for _, t := range moves {
		s.ok(s.l.Post(t))
		if t.Reason == ledger.Slash {
			s.s.Slashed(t.From, t.Amount, 0)
		}
	}
	return o, moves
}

func (s *script) slot(late bool) {
	o, moves := s.lead(late)
	state := "posted"
	switch {
	case o.Operator == ledger.Outside:
		state = "vacant"
	case o.Equivocated:
		state = "equivocated, void"
	case !o.Posted:
		state = "missed"
	}
	s.say("slot %d led by %s for %s: %s, %d transactions, fees %s, gas %s", s.s.Public().Slot-1, s.name(o.Operator),
		s.name(o.Staker),
		state, o.Transactions, money(o.Fees, ledger.Cash), money(o.Cost, ledger.Cash))
	for _, t := range moves {
		if t.Amount > 0 {
			s.say("  %s to %s: %s, %s", s.name(t.From), s.name(t.To), money(t.Amount, t.Asset), t.Reason)
		}
	}
}

func (s *script) many(n int) {
	led := make([]int, len(systems)+len(cast))
	for range n {
		o, _ := s.lead(false)
		led[max(int(o.Operator)-int(ledger.First)+1, 0)]++
	}
	words := []string{fmt.Sprintf("nobody %d", led[0])}
	for i, who := range cast[:4] {
		words = append(words, fmt.Sprintf("%s %d", who, led[i+1]))
	}
	s.say("led by %s", strings.Join(words, ", "))
}
