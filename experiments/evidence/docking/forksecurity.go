package docking

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/root"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "fork-security",
	Doc: "How much a token must be worth before forking it to take the deposits does not pay, and how bonds " +
		"escalate to a fork.",
	Source: "J. Peterson et al., Augur: a Decentralized Oracle and Prediction Market Platform (v2.0), arXiv " +
		"1501.01042v3: safe when more than half of the tokens move to the true side, or when the market cap exceeds (I_a + " +
		"I_p)·P / [(P − P_f)·S]; bonds 3d·2^(n−2), at most 20 rounds",
	Code: "mechanisms/remedy token-fork and mechanisms/rollup HandOver",
	run:  forkSecurity,
})

// raid is one attempt to take the deposits by forking the token.
type raid struct {
	moved    float64 // S: share of all tokens that move to the true side
	after    float64 // P_f over P: what a token of the lying side is worth
	parasite float64 // interest elsewhere that the lie pays, over the deposits
	impact   bool    // tokens are bought in a book whose prices double over the supply
}

const (
	raidSupply = 1_000_000 // tokens, at one dollar
	raider     = ledger.First
	faithful   = ledger.First + 1
	others     = ledger.First + 2
	depositor  = ledger.First + 3
	raidOwners = int(ledger.First) + 4
)

// almostHalf leaves a raider one token more than moves to the true side; at half
// of all tokens the most it can reach is a tie, which it loses.
const almostHalf = 0.499999

// forkSecurity finds the market cap at which a raid breaks even.
func forkSecurity(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{
		Notes: []string{"Each raid is a fork from the first bond to the transfer of the deposits; the break-even is found " +
			"by bisection over the deposits to 1e-5.",
			"The row with market impact buys the tokens in a book whose asks rise evenly from one to two dollars over the " +
				"supply; it has no published value and must lie below the row without."},
		Diagnosis: "the escalation or the division of the fork is not Augur's.",
	}
	rows := []struct {
		name      string
		raid      raid
		published float64
	}{
		{"market cap over deposits, S = 0.1", raid{moved: 0.1}, 10},
		{"market cap over deposits, S = 0.25", raid{moved: 0.25}, 4},
		{"market cap over deposits, S just below 0.5", raid{moved: almostHalf}, 2},
		{"market cap over deposits, S = 0.25, P_f = P/2", raid{moved: 0.25, after: 0.5}, 8},
		{"market cap over native interest, S just below 0.5, parasitic half of it",
			raid{moved: almostHalf, parasite: 0.5}, 3},
	}
	for i, c := range rows {
		ratio, err := c.raid.frontier()
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, identity(relative(c.name, c.published, 1e-3, exactValue(ratio), 3)))
		if err := s.step(ctx, i+1, len(rows)+2); err != nil {
			return nil, err
		}
	}
	ratio, err := raid{moved: 0.25, impact: true}.frontier()
	if err != nil {
		return nil, err
	}
	out.Rows = append(out.Rows,
		informative("market cap over deposits, S = 0.25, with market impact", exactValue(ratio), 3))
	gain, err := raid{moved: 0.501}.run(1e12)
	if err != nil {
		return nil, err
	}
	out.Rows = append(out.Rows,
		identity(absolute("deposits lost when 50.1 % move to the true side (USD)", 0, 0, exactValue(max(gain, 0)), 0)))
	if err := out.escalation(); err != nil {
		return nil, err
	}
	out.Figure, err = raidFigure()
	if err != nil {
		return nil, err
	}
	return out, s.step(ctx, len(rows)+2, len(rows)+2)
}

// frontier is the market cap over the deposits at which a raid breaks even.
func (r raid) frontier() (float64, error) {
	lo, hi, err := root.Bisect(1, raidSupply*100, root.Geometric, root.Ratio(1+1e-5),
		func(deposits float64) (bool, error) {
			gain, err := r.run(deposits)
			return gain > 0, err
		})
	return raidSupply / root.Geometric(lo, hi), err
}

// raidWorld is a rollup with a token whose holders are four.
type raidWorld struct {
	w *remedy.World
	r remedy.Remedy
}

func newRaidWorld(p remedy.ForkParams) raidWorld {
	var rules rollup.Params
	param.Defaults(&rules)
	l := ledger.New(raidOwners, 1)
	e, _ := remedy.Find("token-fork")
	return raidWorld{
		w: &remedy.World{Roll: rollup.New(l, rules, raidOwners, 6480), Ledger: l, Rand: draw.New(Seed), TicksPerDay: 6480},
		r: e.New(&remedy.Params{TokenFork: p}),
	}
}

func (x *raidWorld) give(o ledger.Owner, a ledger.Asset, units float64) {
	x.w.Must(x.w.Ledger.Post(ledger.Transfer{Amount: ledger.Amount(units * 1e6), To: o, Asset: a, Reason: ledger.Genesis}))
}

// run raids the given deposits in dollars and returns the gain of the raider: what it takes
// and what the lie pays elsewhere, less what its tokens lose.
func (r raid) run(deposits float64) (float64, error) {
	p := forkRules()
	x := newRaidWorld(p)
	need := float64(raidSupply*r.moved) + 1
	bought := min(need, raidSupply*(1-r.moved))
	x.give(raider, ledger.Token, bought)
	x.give(faithful, ledger.Token, raidSupply*r.moved)
	x.give(others, ledger.Token, raidSupply-float64(raidSupply*r.moved)-bought)
	x.give(depositor, ledger.Cash, 0)
	x.w.Must(x.w.Roll.Join(depositor, ledger.Amount(deposits*1e6)))
	x.fork()
	x.w.Must(x.w.Ledger.Audit())
	x.w.Must(x.w.Roll.Audit())
	taken := x.w.Ledger.Balance(raider, ledger.Cash, ledger.Free).Units()
	if taken == 0 {
		return -bought, x.w.Fault
	}
	cost := bought * (1 - r.after)
	if r.impact {
		price, err := raidPrice(bought)
		if err != nil {
			return 0, err
		}
		cost = bought * (price - r.after)
	}
	return float64(taken*(1+r.parasite)) - cost, x.w.Fault
}

// forkRules are the defaults with a first bond of which a raider of any size has
// plenty.
func forkRules() (p remedy.ForkParams) {
	param.Defaults(&p)
	p.FirstBond = ledger.Unit / 10
	return p
}

// fork claims the deposits, disputes until the token forks, and waits for the end. The side
// that holds more tokens decides.
func (x *raidWorld) fork() {
	hear := func(by ledger.Owner, m remedy.Message) {
		m.By = by
		x.r.Hear(x.w, m)
	}
	hear(raider, remedy.Message{Word: remedy.Report, About: raider, Count: uint32(remedy.Owns)})
	f := &x.r.Docket().Fork
	for turn := 0; f.Stage == remedy.Disputed && turn < 64; turn++ {
		hear([2]ledger.Owner{faithful, raider}[turn%2], remedy.Message{Word: remedy.Dispute, Amount: f.Missing})
	}
	hear(raider, remedy.Message{Word: remedy.Pick, Count: 1})
	hear(faithful, remedy.Message{Word: remedy.Pick})
	x.w.Tick = f.Until
	x.r.Step(x.w)
}

// raidPrice is the mean price of a purchase in a book whose asks rise evenly
// from one to two dollars over the supply.
func raidPrice(tokens float64) (float64, error) {
	const step = 100 // tokens at each price
	l := ledger.New(raidOwners, 1)
	m := market.New(l, market.Params{TickSize: 100, Lot: ledger.Unit, MaxPrice: 1 << 16, Base: ledger.Token,
		Quote: ledger.Cash})
	m.Register(others, raidSupply/step)
	m.Register(raider, 1)
	for _, t := range []ledger.Transfer{{Amount: raidSupply * ledger.Unit, To: others, Asset: ledger.Token},
		{Amount: 4 * raidSupply * ledger.Unit, To: raider, Asset: ledger.Cash}} {
		if err := l.Post(t); err != nil {
			return 0, err
		}
	}
	for i := range uint32(raidSupply / step) {
		m.Submit(market.Order{Owner: others, Slot: uint16(i), Side: book.Sell, Kind: book.Limit, Price: 10_000 + i,
			Lots: step})
	}
	before := l.Balance(raider, ledger.Cash, ledger.Free)
	r := m.Submit(market.Order{Owner: raider, Side: book.Buy, Kind: book.ImmediateOrCancel, Price: 1<<16 - 1,
		Lots: uint32(tokens)})
	if float64(r.Filled) < tokens-1 {
		return 0, fmt.Errorf("%d of %.0f tokens bought", r.Filled, tokens)
	}
	return (before - l.Balance(raider, ledger.Cash, ledger.Free)).Units() / float64(r.Filled), nil
}

// escalation adds the rows about bonds: their sizes, and how many rounds Augur's
// smallest first bond needs.
func (o *Outcome) escalation() error {
	p := forkRules()
	p.FirstBond = 350_000 // 0.35 REP, the least of Augur v2
	x := newRaidWorld(p)
	x.give(raider, ledger.Token, 5.5e6)
	x.give(faithful, ledger.Token, 5.5e6)
	x.r.Hear(x.w, remedy.Message{By: raider, Word: remedy.Report, About: raider})
	f := &x.r.Docket().Fork
	for f.Stage == remedy.Disputed {
		if n := f.Rounds; n == 2 || n == 5 || n == 10 {
			o.Rows = append(o.Rows, identity(absolute(fmt.Sprintf("dispute bond %d after a report of 0.35 (tokens)", n),
				3*0.35*exact.Pow2(float64(n-2)), 0, exactValue(f.Missing.Units()), 2)))
		}
		x.r.Hear(x.w, remedy.Message{By: [2]ledger.Owner{faithful, raider}[f.Rounds%2], Word: remedy.Dispute,
			Amount: f.Missing})
	}
	o.Rows = append(o.Rows,
		identity(absolute("disputes to a fork of 11 M tokens", 20, 0, exactValue(float64(f.Rounds-1)), 0)))
	return x.w.Fault
}

// raidFigure shows the frontier over the share that moves to the true side.
func raidFigure() (*figure.Figure, error) {
	panel := figure.Panel{Legend: true, XLabel: "Share of tokens that move to the true side (1)",
		YLabel: "Market cap over deposits at break-even (1)", ZeroLine: true}
	law := figure.Line{Name: "published: 1 / S", Style: 0}
	got := figure.Line{Name: "reproduced", Style: 1}
	felt := figure.Line{Name: "with market impact", Style: 2}
	for percent := 10; percent <= 50; percent += 2 {
		s := float64(percent) / 100
		law.X, law.Y = append(law.X, s), append(law.Y, 1/s)
		for _, line := range []*figure.Line{&got, &felt} {
			ratio, err := raid{moved: min(s, almostHalf), impact: line == &felt}.frontier()
			if err != nil {
				return nil, err
			}
			line.X, line.Y = append(line.X, s), append(line.Y, ratio)
		}
	}
	panel.Lines = []figure.Line{law, got, felt}
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 75, Panels: []figure.Panel{panel},
		Caption: "Market cap of the token over the deposits at which a raid by token fork breaks even, over the share S of " +
			"all tokens that move to the true side; tokens of the lying side become worthless. Above half of the tokens no " +
			"raid succeeds. With market impact the raider pays more for its tokens, and less market cap is enough."}, nil
}
