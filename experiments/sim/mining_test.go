package sim

import (
	"math"
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// slasher opens a world with calm gas, no natural uncles and a deadline, in which a
// miner of the given share refuses rivals' batches from the start on.
func slasher(t *testing.T, share string, deadline int, act bool) *World {
	t.Helper()
	e, _ := strategies.Find("slash-miner")
	p := hasty(t, e)
	for path, text := range map[string]string{
		"hash_share": share, "build_days": "0.01", "act_days": "300",
		"budget_usd": "200000000", "miner_cash_share": "0.99",
	} {
		if err := param.Set(p, path, text); err != nil {
			t.Fatal(err)
		}
	}
	c := small(t)
	c.Rollup.DeadlineBlocks, c.Rollup.ForgiveShare = deadline, 1
	c.Rollup.SlashMissShare = 1e-5 // so little that holders do not flee, which would leave less to burn
	c.Layer1.BackgroundInnovation, c.Layer1.UncleShare = 0, 0
	capital := e.Capital(p)
	w := worldUnder(t, c, "pos", "none", 5, capital[:]...)
	if err := w.Equip(e, p); err != nil {
		t.Fatal(err)
	}
	w.SetAttacker(e.New(p, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Act: act}))
	return w
}

// missed is the share of the other operators' slots that missed their deadline, and
// the number of those slots.
func missed(w *World) (share, slots float64) {
	miss := 0.0
	for i := range w.people.size() {
		if id := idOf(int32(i)); id != w.attackers[0] {
			r := w.roll.RecordOf(id)
			miss, slots = miss+float64(r.Missed), slots+float64(r.Led)
		}
	}
	return miss / slots, slots
}

// Rivals miss their deadlines as often as the closed form says: with one block for
// a batch when the miner finds that block, with three when it finds all of them or
// the last two, which orphan the first. More hash power means more slashing.
func TestSlashesRiseWithHashShare(t *testing.T) {
	forms := map[int]func(a float64) float64{
		1: func(a float64) float64 { return a },
		3: func(a float64) float64 { return a * a },
	}
	for deadline, form := range forms {
		last := ledger.Amount(0)
		for _, x := range []struct {
			text  string
			share float64
		}{{"0", 0}, {"0.1", 0.1}, {"0.3", 0.3}, {"0.45", 0.45}} {
			w := run(t, slasher(t, x.text, deadline, true), 40000)
			got, n := missed(w)
			want := form(x.share)
			if off := math.Abs(got - want); off > 4*math.Sqrt(want*(1-want)/n)+1e-9 {
				t.Errorf("deadline %d, hash share %s: %.4f of %v slots missed, expected %.4f", deadline, x.text, got, n, want)
			}
			burnt := w.led.Balance(ledger.Burned, ledger.Token, ledger.Free)
			if burnt <= last && x.share > 0 {
				t.Errorf("deadline %d, hash share %s: %d burnt, %d with less", deadline, x.text, burnt, last)
			}
			last = burnt
		}
	}
}

// An honest miner gets the reward of every block that it finds and the gas of the
// batches in them, and pays the running cost of its hash power. A refusing one pays
// the same and gets less.
func TestMiningIsPaidFor(t *testing.T) {
	var flow [2]ledger.Amount
	for i, act := range []bool{false, true} {
		w := slasher(t, "0.3", 5, act)
		audited(t, w, 8000)
		owner, producer, ok := w.Miner()
		found, canonical := w.chain.Blocks(producer)
		flow[i] = w.led.Flow(RowAttacker+1, ledger.Mining, ledger.Cash)
		if !ok || owner != w.attackers[1] || found < 2200 || found > 2600 {
			t.Errorf("act %v: %v, owner %d, %d blocks found", act, ok, owner, found)
		}
		if act == (canonical == found) {
			t.Errorf("act %v: %d of %d blocks stayed", act, canonical, found)
		}
		if w.mining.owed != 0 || w.mining.paid != canonical {
			t.Errorf("act %v: %d owed, %d of %d blocks paid", act, w.mining.owed, w.mining.paid, canonical)
		}
		if fees := w.led.Flow(ledger.Row(ledger.LayerOne), ledger.Mining, ledger.Cash); fees >= 0 {
			t.Errorf("act %v: layer one passes on %d", act, fees)
		}
	}
	if lost := flow[0] - flow[1]; lost < 50*480*ledger.Unit {
		t.Errorf("the refusal costs %d", lost)
	}
}

// Only the owner of a producer sets its policy, and a share of 0 makes no producer.
func TestOnlyTheMinerSetsItsPolicy(t *testing.T) {
	w := slasher(t, "0.3", 5, false)
	_, producer, _ := w.Miner()
	orders := agents.Mining{Inclusion: true}
	for _, id := range []agents.ID{w.attackers[0], idOf(0), ledger.Outside} {
		if w.carryOut(&agents.Action{Verb: agents.SetMining, Agent: id, Mining: orders}) {
			t.Errorf("agent %d sets the policy", id)
		}
	}
	if w.chain.PolicyOf(producer).RefuseInclusion {
		t.Error("a refused wish sets the policy")
	}
	if !w.carryOut(&agents.Action{Verb: agents.SetMining, Agent: w.attackers[1], Mining: orders}) ||
		!w.chain.PolicyOf(producer).RefuseInclusion {
		t.Error("the owner cannot set its policy")
	}
	if _, _, ok := slasher(t, "0", 5, false).Miner(); ok {
		t.Error("a miner without hash power")
	}
	if err := w.Enlist(1); err == nil {
		t.Error("all the hash power there is")
	}
}
