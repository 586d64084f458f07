package book

import (
	"math"
	"testing"

	"stakeout/market/ledger"
)

// A book of 64 bits does with small orders what the book of 32 bits does.
func TestAWideBookTradesAsTheOther(t *testing.T) {
	draw := seeded(5)
	narrow, wide := New(200), NewWide(200)
	var fills []Fill
	var wider []FillOf[uint64]
	for i := range 20_000 {
		o := Order{Owner: 1 + ledger.Owner(draw(3)), Side: Side(draw(2)), Kind: Kind(draw(uint32(Kinds))),
			Price: 90 + draw(20), Lots: draw(9)}
		if draw(3) == 0 {
			id := OrderID(draw(400))
			_, x := narrow.Cancel(id)
			if _, y := wide.Cancel(id); x != y {
				t.Fatalf("step %d: cancelling %d gives %v and %v", i, id, x, y)
			}
			continue
		}
		var id, same OrderID
		var x, y Reject
		id, fills, x = narrow.Submit(o, fills[:0])
		same, wider, y = wide.Submit(o, wider[:0])
		if x != y || id != same || len(fills) != len(wider) || narrow.Hash(1) != wide.Hash(1) {
			t.Fatalf("step %d: %+v gives %v %d %v and %v %d %v", i, o, x, id, fills, y, same, wider)
		}
	}
}

// Lots beyond 32 bits rest, trade in part and are amended.
func TestLotsBeyond32Bits(t *testing.T) {
	b := NewWide(200)
	const large = math.MaxInt64
	id, _, code := b.SubmitLots(Order{Owner: ann, Side: Sell, Price: 100, Kind: PostOnly}, large, nil)
	if code != Accepted || b.At(100) != large {
		t.Fatalf("%v, %d lots rest", code, b.At(100))
	}
	_, fills, code := b.SubmitLots(Order{Owner: ben, Side: Buy, Price: 100, Kind: ImmediateOrCancel}, large-1<<40, nil)
	if code != Accepted || len(fills) != 1 || fills[0].Lots != large-1<<40 || fills[0].Left != 1<<40 {
		t.Errorf("%v %+v", code, fills)
	}
	if _, _, code := b.Amend(id, 100, 1<<39, nil); code != Accepted || b.At(100) != 1<<39 {
		t.Errorf("%v, %d lots are left", code, b.At(100))
	}
	for kind, want := range map[Kind]Reject{FillOrKill: NotFillable, Kinds: BadKind} {
		if _, _, code := b.SubmitLots(Order{Owner: ben, Side: Buy, Price: 99, Kind: kind}, 1, nil); code != want {
			t.Errorf("%v: %v, want %v", kind, code, want)
		}
	}
	if _, _, code := b.SubmitLots(Order{Owner: ben, Side: Buy, Price: 100, Kind: FillOrKill}, 1, nil); code != BadKind {
		t.Errorf("fill-or-kill is taken: %v", code)
	}
	if err := b.Check(); err != nil {
		t.Error(err)
	}
	if err := b.Replay([]byte{1}); err == nil {
		t.Error("a wide book replays a journal")
	}
}
