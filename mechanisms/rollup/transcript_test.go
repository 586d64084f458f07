package rollup

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/transcript"
	"stakeout/market/ledger"
)

// TestTranscripts replays testdata/*.txt. A line is a command; the lines that
// begin with "=" after it are what it prints. The owners are ann, bob, eve,
// operator and rival, amounts are in dollars and tokens:
//
//	join O USD                a balance inside
//	stake O TOKENS            tokens from outside into the contract
//	delegate O O              who builds
//	policy O none|FEE EXITFEE what it serves, at which prices
//	send O COUNT BID          transactions
//	exit O USERS BID          through the coordinator
//	force O USERS             through the layer-one queue
//	carry USD                 the queue's requests onto layer one, at a price a user
//	slot [N]                  whole slots; the batch takes 5 blocks to layer one
//	slow N                    a slot whose batch takes N blocks
//	ticks N                   time without a leader
//	show O ...                users
//	queue                     its length
//	rules DELAY EXODUS        hours after which the queue serves itself, and lets all out
//	gates open|closed         the window of a mass exit
func TestTranscripts(t *testing.T) { transcript.Files(t, 6, replay) }

// replay returns the text with the present output after each command.
func replay(t *testing.T, text string) string {
	s := &script{world: newWorld(defaults()), t: t, lots: draw.New(1)}
	transcript.Replay(text, &s.out, func(verb string, args []string) {
		s.run(verb, args)
		ok(t, s.audit())
	})
	return s.out.String()
}

type script struct {
	*world
	t    *testing.T
	lots *draw.Stream
	out  strings.Builder
}

func (s *script) say(format string, args ...any) { fmt.Fprintf(&s.out, "= "+format+"\n", args...) }

func (s *script) number(word string) ledger.Amount {
	x, err := strconv.ParseFloat(word, 64)
	ok(s.t, err)
	return ledger.Amount(float64(x*1e6) + 0.5)
}

func (s *script) count(words []string) uint32 {
	if len(words) == 0 {
		return 1
	}
	n, err := strconv.Atoi(words[0])
	ok(s.t, err)
	return uint32(n)
}

var names = map[string]ledger.Owner{"ann": ann, "bob": bob, "eve": eve, "operator": operator, "rival": rival}

func nameOf(o ledger.Owner) string {
	for name, owner := range names {
		if o == owner {
			return name
		}
	}
	return "nobody"
}

func dollars(a ledger.Amount) string { return fmt.Sprintf("$%.6f", float64(a)/1e6) }

func (s *script) run(verb string, args []string) {
	o := ledger.Outside
	if len(args) > 0 {
		o = names[args[0]]
	}
	switch verb {
	case "join":
		s.inside(o, s.number(args[1]))
	case "stake":
		s.grant(o, ledger.Token, s.number(args[1]))
		ok(s.t, s.s.Stake(o, s.number(args[1])))
	case "delegate":
		s.s.Delegate(o, names[args[1]])
	case "policy":
		s.policy(o, args[1:])
	case "send":
		s.s.Send(o, s.count(args[1:]), s.number(args[2]), s.tick)
	case "exit":
		s.s.AskExit(o, s.count(args[1:]), s.number(args[2]), s.tick)
	case "show":
		for _, name := range args {
			s.show(name)
		}
	default:
		s.pass(verb, args, o)
	}
}

func (s *script) pass(verb string, args []string, o ledger.Owner) {
	switch verb {
	case "force":
		if err := s.s.ForceExit(o, s.count(args[1:])); err != nil {
			s.say("refused: %v", err)
		}
	case "carry":
		s.say("%d pieces", s.carry(s.number(args[0])))
	case "slot":
		for range s.count(args) {
			s.lead(5)
		}
	case "slow":
		s.lead(s.count(args))
	case "ticks":
		for range s.count(args) {
			s.advance(1)
		}
		s.say("tick %d", s.tick)
	case "rules":
		s.s.delayTicks, s.s.exodusTicks = uint32(s.number(args[0])/ledger.Unit)*perDay/24,
			uint32(s.number(args[1])/ledger.Unit)*perDay/24
	case "gates":
		if args[0] == "open" {
			s.s.OpenGates()
		} else {
			s.s.CloseGates(s.tick)
		}
	case "queue":
		note := ""
		if s.s.Public().Exodus {
			note = "; exodus"
		}
		s.say("%d users in the queue, %d have left through it%s", s.s.QueueLength(), s.s.Public().ForcedExits, note)
	default:
		s.t.Fatalf("unknown command %q", verb)
	}
}

func (s *script) policy(o ledger.Owner, args []string) {
	if args[0] == "none" {
		s.s.SetPolicy(o, Policy{})
		return
	}
	s.s.SetPolicy(o, Policy{Transfers: true, Exits: true, MinFee: s.number(args[0]), ExitFee: s.number(args[1])})
}

func (s *script) advance(ticks int) {
	for range ticks {
		s.tick++
		s.s.Mature(s.tick)
		s.s.QueueTick(s.tick)
	}
}

// lead runs a slot whose batch needs this many blocks to be included.
func (s *script) lead(blocks uint32) {
	p := s.s.Params()
	var l Leader
	if o, some := s.s.Draw(s.lots.At(draw.Lottery, 0, s.s.Public().Slot).Uint64()); some {
		l = Leader{Staker: o, Operator: s.s.OperatorOf(o)}
	}
	s.s.Open(l)
	s.advance(p.BlocksPerSlot - p.DeadlineBlocks)
	gas, built := s.s.Build(s.tick, false)
	s.advance(p.DeadlineBlocks)
	o := s.s.Close(s.tick, built && int(blocks) <= p.DeadlineBlocks, 0, 1)
	state := "posted"
	switch {
	case !built:
		state = "vacant"
	case !o.Posted:
		state = "missed"
	}
	s.say("slot %d led by %s for %s: %s, %d gas, %d transactions, %d exits, fees %s, %d wait",
		s.s.Public().Slot, nameOf(l.Operator), nameOf(l.Staker), state, gas, o.Transactions, o.Exits, dollars(o.Fees),
		s.s.Public().Waiting)
}

func (s *script) show(name string) {
	o := names[name]
	waiting, since := s.s.Waiting(o)
	v := s.s.LastServed(o)
	s.say("%s: inside %s, free %s, waiting %d since %d, served %d at %s in %d, leaving %v", name, dollars(s.s.Balance(o)),
		dollars(s.led.Balance(o, ledger.Cash, ledger.Free)), waiting, since, v.Count, dollars(v.Bid), v.Tick, s.s.Leaving(o))
}
