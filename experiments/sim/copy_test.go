package sim

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"stakeout/experiments/kit/param"
	"stakeout/strategies"
)

// shared is what worlds may have in common, since nothing changes it, by type and
// field.
var shared = []string{
	"sim.World.cfg", "sim.World.people", "sim.World.attackers", "strategies.Plan.Legs", "sim.raid.legs",
	"layer1.producers.shares", "layer1.producers.owners", "layer1.producers.keep", "layer1.producers.alias",
}

// private is what a copy does not take over: memory that holds nothing from one tick
// to the next, and random streams, which are placed anew before every draw.
var private = []string{
	"sim.World.scratch", "sim.parts.stream", "agents.View.stream",
	"market.Exchange.fills", "market.Exchange.done", "market.Exchange.removed", "market.Exchange.auction",
	"perp.Market.fills", "layer1.Chain.leave", "layer1.Chain.enter", "layer1.mempool.bids",
}

// fixed is what the test must not change, since copying relies on it: the range of
// prices that a book has touched, and the number of a rollup.
var fixed = []string{"book.BookOf[uint32]", "rollup.State.number"}

// unused is what holds nothing in any of the worlds: faults, the auctions and stops of
// a book, which no agent uses, and lists that are empty most of the time.
var unused = []string{
	"sim.World.fault", "rollup.State.fault", "perp.Market.fault", "market.Exchange.fault", "book.callOf[uint32].prices",
	"book.stopBook.sorted", "rollup.forcedQueue.line", "rollup.forcedQueue.list", "remedy.escalation.bonds",
	"remedy.Rulebook.alike", "election.Schedule.Next",
}

// comparer walks two worlds side by side.
type comparer struct {
	t    *testing.T
	twin map[unsafe.Pointer]unsafe.Pointer // memory of the copy by memory of the original
	held map[string]bool                   // whether a field held something in any world; else nothing is proved of it
}

// open is a field that may be read and set although its name is not exported.
func open(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// field names a field by the type that has it.
func field(t reflect.Type, i int) string { return t.String() + "." + t.Field(i).Name }

// poke changes every number and flag of a struct, also in the structs within it and
// behind its pointers, so that a field which a copy leaves out shows.
func poke(v reflect.Value, seen map[unsafe.Pointer]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.UnsafePointer()] {
			seen[v.UnsafePointer()] = true
			poke(v.Elem(), seen)
		}
	case reflect.Interface:
		if !v.IsNil() {
			poke(v.Elem(), seen)
		}
	case reflect.Struct:
		if l, ok := v.Interface().(layer); ok && l.roll == nil || slices.Contains(fixed, v.Type().String()) {
			return
		}
		for i := range v.NumField() {
			if name := field(v.Type(), i); !slices.ContainsFunc([][]string{shared, private, fixed},
				func(list []string) bool { return slices.Contains(list, name) }) {
				poke(open(v.Field(i)), seen)
			}
		}
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Float64:
		v.SetFloat(v.Float() + 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(v.Uint() + 1)
	}
}

// met checks that two pointers or slices point to different memory, and that memory
// shared within one world is shared within the other. It reports whether it has met
// the pair before.
func (c *comparer) met(at string, a, b reflect.Value) bool {
	p, q := a.UnsafePointer(), b.UnsafePointer()
	other, before := c.twin[p]
	if p == q || before && other != q {
		c.t.Errorf("%s: shared with the copy, or shared within one of the worlds only", at)
	}
	c.twin[p] = q
	return before
}

// same checks that b holds what a holds, in memory that they do not share.
func (c *comparer) same(at string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			if _, known := c.held[at]; !known {
				c.held[at] = false // Some other world must hold something here.
			}
			if a.IsNil() != b.IsNil() {
				c.t.Errorf("%s: one is nil", at)
			}
			return
		}
		c.held[at] = true
		if a.Kind() == reflect.Pointer {
			if c.met(at, a, b) {
				return
			}
		} else if a.Elem().Type() != b.Elem().Type() {
			c.t.Errorf("%s: %s and %s", at, a.Elem().Type(), b.Elem().Type())
			return
		}
		c.same(at, a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if name := field(a.Type(), i); !slices.Contains(shared, name) && !slices.Contains(private, name) {
				c.same(name, a.Field(i), b.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			c.t.Errorf("%s: %d and %d long", at, a.Len(), b.Len())
			return
		}
		if c.held[at] = c.held[at] || a.Len() > 0; a.Len() == 0 {
			return
		} else if a.Kind() == reflect.Slice {
			c.met(at, a, b)
		}
		for i := range a.Len() {
			c.same(at, a.Index(i), b.Index(i))
		}
	case reflect.Func, reflect.Map, reflect.Chan:
		c.t.Errorf("%s: a %s cannot be compared", at, a.Kind())
	default:
		if fmt.Sprint(a) != fmt.Sprint(b) {
			c.t.Errorf("%s: %v and %v", at, a, b)
		}
	}
}

// A copy has every field of the world and of its parts, and shares no memory with it.
// Between them the worlds have all that a world can have: a second rollup with another
// token, a miner, a network attack, auctions of leadership and of a vault, a case before a court, a perpetual future.
func TestCopyIsComplete(t *testing.T) {
	at := func(name, mechanism, remedy string, ticks uint32) *World {
		e, _ := strategies.Find(name)
		c := small(t)
		quicken(&c.Remedies)
		p := hasty(t, e)
		_ = param.Set(p, "perpetual_share", "0.5") // of the attacks that can be short in the perpetual future
		w := worldUnder(t, c, mechanism, remedy, 1, legs(e, p)...)
		attack(w, e, p)
		return run(t, w, ticks)
	}
	sold := at("dos-lockup", "pos", "none", 100)
	sold.must(sold.vaults.Bite(sold.vaults.Owners()[0], 1, sold.tick))
	c := comparer{t: t, held: map[string]bool{}}
	for _, w := range []*World{
		run(t, raided(t, 80e6), 40*6480),
		sold,
		at("slash-miner", "pos", "none", 1888),
		at("slash-miner", "pos", "none", 1886),
		at("slash-network", "pos", "forced-exit", 1886),
		at("dos-empty-blocks", "pos", "forced-exit", 2006),
		at("dos-short", "bft-committee", "none", 1886),
		at("outbid", "burn-auction", "none", 1886),
		at("outbid", "mev-auction", "none", 1886),
		at("court-capture", "pos", "court-kleros", 1000),
		at("vote-capture", "pos", "timelock-vote", 1000),
		at("rogue-operator", "centralized", "mass-exit", 1888),
	} {
		poke(reflect.ValueOf(w), map[unsafe.Pointer]bool{})
		b := new(World)
		b.CopyFrom(w)
		c.twin = map[unsafe.Pointer]unsafe.Pointer{}
		c.same("world", reflect.ValueOf(w), reflect.ValueOf(b))
	}
	for at, held := range c.held {
		if !held && !slices.Contains(unused, at) {
			t.Errorf("no world has anything in %s, so that the test proves nothing about it", at)
		}
	}
}
