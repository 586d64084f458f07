package docking

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/stat"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "auctions",
	Doc: "What auctions of leadership bring in by theory: the same under a first and a second price, the second " +
		"value within a raise when bids are open, and fees less the profit aimed at when all is burnt.",
	Source: "revenue equivalence, W. Vickrey, “Counterspeculation, auctions, and competitive sealed tenders”, Journal " +
		"of Finance 16(1), 1961: with n values uniform on the unit interval (n−1)/(n+1); barryWhiteHat, “Spam resistant " +
		"block creator selection via burn auction”, ethresear.ch 5851: burn_bid = sum_total_fees − target_profit, and a " +
		"transaction kept out costs its fee in every block",
	Code: "mechanisms/election Auction.Bid, Elect and Settle of mev-auction and burn-auction",
	run:  auctions,
})

// revenueTolerance is the share by which mean revenue may be off.
const revenueTolerance = 0.01

// hundred is the amount that stands for a value of one.
const hundred = 100 * ledger.Unit

// saleroom is an auction with n bidders who have all the money that they need.
type saleroom struct {
	m    election.Auction
	s    *rollup.State
	l    *ledger.Ledger
	lots *draw.Stream
	out  []ledger.Transfer
}

func newSaleroom(name string, p *election.Params, bidders int, seed uint64) (*saleroom, error) {
	e, found := election.Find(name)
	if !found {
		return nil, fmt.Errorf("no mechanism %q", name)
	}
	var rules rollup.Params
	param.Defaults(&rules)
	rules.ExtractableUSD = 0
	owners := int(ledger.First) + bidders + 2 // and two users
	l := ledger.New(owners, owners)
	for o := range owners {
		l.Assign(ledger.Owner(o), ledger.Row(o))
	}
	r := &saleroom{m: e.New(p).(election.Auction), l: l, s: rollup.New(l, rules, owners, 6480), lots: draw.New(seed)}
	for o := ledger.First; int(o) < owners; o++ {
		if err := l.Post(ledger.Transfer{Amount: 1e6 * hundred, To: o, Asset: ledger.Cash}); err != nil {
			return nil, err
		}
	}
	_, err := r.slot() // nothing is on sale before the first slot
	return r, err
}

// slot runs one slot and returns who led it.
func (r *saleroom) slot() (ledger.Owner, error) {
	r.s.Open(r.m.Elect(r.s, r.lots.At(draw.Lottery, 0, r.s.Public().Slot)))
	_, built := r.s.Build(0, false)
	o := r.s.Close(0, built, 0, 1)
	r.out = r.m.Settle(r.s, o, r.out[:0])
	for _, t := range r.out {
		if err := r.l.Post(t); err != nil {
			return 0, err
		}
	}
	return o.Operator, nil
}

// bid offers for the next lot.
func (r *saleroom) bid(i int, limit ledger.Amount) bool {
	return r.m.Bid(r.s, r.l, election.Bid{By: ledger.First + ledger.Owner(i), Count: 1, Limit: limit})
}

// raise lets all bidders raise their bids up to their limits until none does.
func (r *saleroom) raise(limits []ledger.Amount) {
	for raised := true; raised; {
		raised = false
		for i, x := range limits {
			raised = r.bid(i, x) || raised
		}
	}
}

// proceeds is the revenue of the auctions so far, burnt or not.
func (r *saleroom) proceeds() ledger.Amount {
	return r.l.Balance(ledger.Treasury, ledger.Cash, ledger.Free) + r.l.Balance(ledger.Burned, ledger.Cash, ledger.Free)
}

// sealedRevenue is the mean revenue of sealed auctions among n values uniform on
// the unit interval, at the equilibrium of the price rule.
func sealedRevenue(ctx context.Context, rule string, n, trials int, seed uint64) (stat.Interval, error) {
	p := &election.Params{MEV: election.MEVParams{Window: 1, Price: rule, Holders: 1}}
	r, err := newSaleroom("mev-auction", p, n, seed)
	if err != nil {
		return stat.Interval{}, err
	}
	shade := 1.0
	if rule == "first" {
		shade = float64(n-1) / float64(n)
	}
	revenue := make([]float64, trials)
	s := draw.New(seed)
	for k := range revenue {
		if k%10_000 == 0 && ctx.Err() != nil {
			return stat.Interval{}, ctx.Err()
		}
		v := s.At(draw.Auction, 0, uint32(k))
		before := r.proceeds()
		for i := range n {
			r.bid(i, ledger.Amount(shade*v.Float64()*float64(hundred))+1)
		}
		winner, err := r.slot()
		if err != nil {
			return stat.Interval{}, err
		}
		paid := r.proceeds() - before
		revenue[k] = float64(paid) / float64(hundred)
		// The winner has its money back, so that it can bid for ever.
		if err := r.l.Post(ledger.Transfer{Amount: paid, From: ledger.Treasury, To: winner, Asset: ledger.Cash}); err != nil {
			return stat.Interval{}, err
		}
	}
	return stat.PairedT(revenue, confidence), nil
}

// openPrices is the price of ascending auctions over the second value: its mean,
// and the share that lies within a raise of it.
func openPrices(ctx context.Context, trials int, seed uint64) (ratio, within stat.Interval, err error) {
	const n, raise = 5, 0.1
	p := &election.Params{Burn: election.BurnParams{Raise: raise, Least: hundred / 10, Open: 1, Burn: 1}}
	r, err := newSaleroom("burn-auction", p, n, seed)
	if err != nil {
		return ratio, within, err
	}
	ratios, inside := make([]float64, trials), make([]float64, trials)
	s := draw.New(seed)
	for k := range ratios {
		v := s.At(draw.Auction, 1, uint32(k))
		limits := make([]ledger.Amount, n)
		var first, second ledger.Amount
		for i := range limits {
			limits[i] = ledger.Amount(v.Uniform(0.5, 1) * float64(hundred))
			first, second = max(first, limits[i]), max(second, min(first, limits[i]))
		}
		before := r.proceeds()
		r.raise(limits)
		if _, err := r.slot(); err != nil {
			return ratio, within, err
		}
		ratios[k] = float64(r.proceeds()-before) / float64(second)
		if ratios[k] > 1/(1+raise) && ratios[k] < 1+raise+1e-6 {
			inside[k] = 1
		}
	}
	return stat.PairedT(ratios, confidence), stat.PairedT(inside, confidence), ctx.Err()
}

// burnResult is what the burn auction did with bidders who see the same fees.
type burnResult struct {
	clear, lowestWins int // blocks in which the two lowest aims differ by more than a raise; won by the lower
	overFees, keptOut float64
}

// The blocks of the burn auction: forty transactions and a cheaper one, which a
// censor leaves out by its minimum.
const (
	usualFee, cheapFee = 200_000, 50_000
	blockFees          = 40*usualFee + cheapFee
)

// burnBids lets three bidders aim at profits drawn anew in each block, and then a
// censor outbid them with and without keeping the cheap transaction out.
func burnBids(blocks int, seed uint64) (out burnResult, err error) {
	p := &election.Params{Burn: election.BurnParams{Raise: 0.001, Least: blockFees / 2, Open: 1, Burn: 1}}
	s := draw.New(seed)
	r, err := newSaleroom("burn-auction", p, 4, seed)
	if err != nil {
		return out, err
	}
	for k := range blocks {
		v := s.At(draw.Auction, 2, uint32(k))
		limits := make([]ledger.Amount, 3)
		lowest := 0
		var first, second ledger.Amount
		for i := range limits {
			limits[i] = blockFees - ledger.Amount(v.Uniform(0.02, 0.3)*blockFees)
			if limits[i] > limits[lowest] {
				lowest = i
			}
			first, second = max(first, limits[i]), max(second, min(first, limits[i]))
		}
		before := r.proceeds()
		r.raise(limits)
		leader, err := r.slot()
		if err != nil {
			return out, err
		}
		if float64(second)*(1+p.Burn.Raise) < float64(first) {
			out.clear++
			if leader == ledger.First+ledger.Owner(lowest) {
				out.lowestWins++
			}
		}
		out.overFees += float64(r.proceeds()-before) / float64(second) / float64(blocks)
	}
	serves, err := censor(p, blocks, seed, cheapFee)
	if err != nil {
		return out, err
	}
	keepsOut, err := censor(p, blocks, seed, usualFee)
	out.keptOut = (serves - keepsOut).Units() / float64(blocks)
	return out, err
}

// censor is the profit of a bidder who wins every block at any price and serves only users
// above a minimum fee, against rivals who are content with a tenth.
func censor(p *election.Params, blocks int, seed uint64, floor ledger.Amount) (ledger.Amount, error) {
	r, err := newSaleroom("burn-auction", p, 4, seed)
	if err != nil {
		return 0, err
	}
	by := ledger.First + 3
	r.s.SetPolicy(by, rollup.Policy{Transfers: true, MinFee: floor})
	for i, count := range []uint32{40, 1} {
		if err := r.s.Join(ledger.First+4+ledger.Owner(i), 1e6*hundred); err != nil {
			return 0, err
		}
		r.s.Send(ledger.First+4+ledger.Owner(i), count, ledger.Amount([]int{usualFee, cheapFee}[i]), 0)
	}
	before := r.l.Balance(by, ledger.Cash, ledger.Free)
	for range blocks {
		r.raise([]ledger.Amount{blockFees * 9 / 10, blockFees * 9 / 10, blockFees * 9 / 10, 10 * blockFees})
		if _, err := r.slot(); err != nil {
			return 0, err
		}
		r.s.Send(ledger.First+4, 40, usualFee, 0)
		r.s.Send(ledger.First+5, 1, cheapFee, 0)
	}
	if int(r.s.Led(by)) != blocks {
		return 0, fmt.Errorf("the censor led %d of %d blocks", r.s.Led(by), blocks)
	}
	return r.l.Balance(by, ledger.Cash, ledger.Free) - before, nil
}

func auctions(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{Notes: []string{
		"Sealed bids: a window of one slot, no bond, no reserve; bids are (n−1)/n of the value under a first price and the " +
			"value under a second. Open bids: five values between a half and one, raises of a tenth from a tenth of the " +
			"highest possible value. The one who stands at the second's last raise pays up to a raise above its value, and " +
			"one who stands just below it is not outbid, so that the price lies within a raise of the second value either way.",
		"Burn auction: everything is burnt, raises of 0.1 %; three bidders aim at 2 to 30 % of fees of 8.05 USD, all of " +
			"which they see. The censor outbids rivals who are content with a tenth, once serving everybody and once keeping " +
			"out a transaction of 0.05 USD; the difference of its profits is per block."},
		Diagnosis: "an auction no longer sells to the highest bid or charges another price than its rule says."}
	trials, sizes := s.pick(40_000, 1_000_000), []int{3, 5, 10}
	total := 2*len(sizes) + 2
	for _, rule := range []string{"first", "second"} {
		for i, n := range sizes {
			got, err := sealedRevenue(ctx, rule, n, trials, draw.Mix(s.Seed, uint64(i)))
			if err != nil {
				return nil, err
			}
			out.Rows = append(out.Rows,
				relative(fmt.Sprintf("revenue, %s price, %d bidders", rule, n), float64(n-1)/float64(n+1),
					revenueTolerance, got, 4))
			if err := s.step(ctx, len(out.Rows), total); err != nil {
				return nil, err
			}
		}
	}
	out.Figure = revenueFigure(out.Rows, sizes, s.Seed)
	ratio, within, err := openPrices(ctx, s.pick(4_000, 100_000), s.Seed)
	if err != nil {
		return nil, err
	}
	burn, err := burnBids(s.pick(500, 10_000), s.Seed)
	if err != nil {
		return nil, err
	}
	out.Rows = append(out.Rows,
		absolute("open bids, share of prices within a raise of the second value", 1, 0, within, 3),
		informative("open bids, price over the second value", ratio, 3),
		absolute("burn auction, blocks not won by a lowest target profit that is lower by a raise", 0, 0,
			exactValue(float64(burn.clear-burn.lowestWins)), 0),
		relative("burn auction, burnt over fees less the next target profit", 1, 0.002, exactValue(burn.overFees), 4),
		identity(absolute("burn auction, cost of keeping out a fee of 0.05 (USD a block)", 0.05, 1e-6,
			exactValue(burn.keptOut), 4)))
	return out, s.step(ctx, total, total)
}

// revenueFigure shows revenue over the number of bidders.
func revenueFigure(rows []Row, sizes []int, seed uint64) *figure.Figure {
	theory := figure.Line{Name: "(n − 1)/(n + 1)"}
	for n := 2.0; n <= 12; n++ {
		theory.X, theory.Y = append(theory.X, n), append(theory.Y, (n-1)/(n+1))
	}
	panel := figure.Panel{Legend: true, XLabel: "Bidders n (1)", YLabel: "Revenue (1)", ZeroLine: true,
		Lines: []figure.Line{theory}}
	const apart = 0.25 // bidders, so that neither covers the other
	for k, rule := range []string{"first price", "second price"} {
		line := figure.Line{Name: rule, Points: true, Style: k + 1}
		for i, n := range sizes {
			line.X = append(line.X, float64(n)+float64(apart*(float64(k)-0.5)))
			line.Y = append(line.Y, rows[k*len(sizes)+i].Got.Mean)
		}
		panel.Lines = append(panel.Lines, line)
	}
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 75, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Mean revenue of the sealed auction with n values uniform on the unit interval, over the "+
			"number of bidders, with bids at the equilibrium of each price rule; the two rules are set side by side. %s "+
			"auctions a point, master seed %d.", sampleSizes(rows[:2*len(sizes)]), seed)}
}
