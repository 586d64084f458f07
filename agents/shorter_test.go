package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// oneShorter is a shorter beside a lender of the given number of tokens.
func oneShorter(t *testing.T, lent float64) (*small, *Shorters, Agent) {
	s := newSmall(t, 2)
	var p ShorterParams
	param.Defaults(&p)
	b := beliefs()
	b.ViewSpread = 0
	awake := list(1)
	shorters := NewShorters(p, b, s.o, awake, draw.New(3), s.grant)
	if lent > 0 {
		lender := ledger.First + 1
		s.grant(lender, Endowment{Tokens: lent})
		if err := s.pool.Deposit(lender, Amount(lent)); err != nil {
			t.Fatal(err)
		}
	}
	s.quote(9990, 10010)
	return s, shorters, awake[0]
}

// carry lets the pool and the exchange carry out the actions.
func (s *small) carry(all []Action) {
	s.t.Helper()
	for _, a := range all {
		var err error
		switch a.Verb {
		case Borrow:
			err = s.pool.Borrow(a.Agent, a.Amount, Amount(s.v.Mid))
		case Repay:
			_, err = s.pool.Repay(a.Agent, a.Amount)
		case AddMargin:
			err = s.pool.Post(a.Agent, a.Amount)
		case Submit:
			s.x.Submit(a.Order)
		}
		if err != nil {
			s.t.Fatalf("%+v: %v", a, err)
		}
	}
	s.v.Refresh()
}

func TestShortersBorrowOnlyWhatIsLent(t *testing.T) {
	for _, lent := range []float64{0, 7000, 1e6} {
		s, shorters, a := oneShorter(t, lent)
		s.v.LnETH = -0.6 // the token is worth half of its price
		for i := range uint32(60) {
			all := s.decide(shorters, i+1, a)
			for _, b := range only(Borrow, all) {
				if b.Amount > s.v.Borrowable() {
					t.Fatalf("asks for %d of %d", b.Amount, s.v.Borrowable())
				}
			}
			s.carry(all)
		}
		debt := s.v.Debt(a.ID).Units()
		if want := min(lent, shorters.rows[0].size); debt > lent+1e-6 || debt < 0.9*want {
			t.Errorf("%.0f lent: debt of %.0f, wanted position %.0f", lent, debt, shorters.rows[0].size)
		}
		if free := s.v.Free(a.ID, ledger.Token).Units(); free > 1 && debt > 0 {
			t.Errorf("%.0f lent: %.0f borrowed tokens were not sold", lent, free)
		}
	}
}

func TestShortersCoverWhenThePriceIsFair(t *testing.T) {
	s, shorters, a := oneShorter(t, 1e6)
	s.v.LnETH = -0.6
	for i := range uint32(60) {
		s.carry(s.decide(shorters, i+1, a))
	}
	if s.v.Debt(a.ID) == 0 {
		t.Fatal("no position to cover")
	}
	s.v.LnETH = 0
	for i := range uint32(60) {
		s.carry(s.decide(shorters, i+100, a))
	}
	if debt := s.v.Debt(a.ID); debt != 0 {
		t.Errorf("debt of %d left", debt)
	}
	if behind := s.v.Collateral(a.ID); behind != 0 {
		t.Errorf("%d of collateral left", behind)
	}
}

func TestKeepMargin(t *testing.T) {
	for _, c := range []struct{ mid, want float64 }{{1, 0}, {1.1, 0}, {1.2, 1.5*1200 - 1500}, {9, 500}} {
		s, _, a := oneShorter(t, 1e6)
		s.post(ledger.Transfer{Amount: s.v.Free(a.ID, ledger.Cash) - Amount(2000), From: a.ID, To: ledger.Outside,
			Asset: ledger.Cash, Reason: ledger.Genesis})
		if err := s.pool.Borrow(a.ID, Amount(1000), Amount(1)); err != nil {
			t.Fatal(err)
		}
		s.v.SetMid(c.mid)
		s.do.Reset()
		KeepMargin(a.ID, s.v, &s.do)
		got := 0.0
		for _, m := range only(AddMargin, s.do.List) {
			got += m.Amount.Units()
		}
		near(t, "margin added", got, c.want, 1e-3)
		s.carry(s.do.List)
	}
}

func TestCoverBuysTheRestInSlices(t *testing.T) {
	s, _, a := oneShorter(t, 1e6)
	if err := s.pool.Borrow(a.ID, Amount(1000), Amount(1)); err != nil {
		t.Fatal(err)
	}
	s.post(ledger.Transfer{Amount: Amount(600), From: a.ID, To: ledger.Outside, Asset: ledger.Token,
		Reason: ledger.Genesis})
	s.do.Reset()
	Cover(a.ID, 1000, 250, s.v, &s.do)
	repaid, bought := only(Repay, s.do.List), only(Submit, s.do.List)
	if len(repaid) != 1 || repaid[0].Amount.Units() != 400 {
		t.Errorf("repays %+v", repaid)
	}
	if len(bought) != 1 || bought[0].Order.Side != book.Buy || bought[0].Order.Lots != 250 {
		t.Errorf("buys %+v", bought)
	}
}
