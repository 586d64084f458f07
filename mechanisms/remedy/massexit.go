package remedy

import "stakeout/market/ledger"

var _ = register(Entry{
	Name: "mass-exit",
	Doc: "Users call for a window in which everybody may leave through layer one at its gas, first come, first " +
		"served; a user who misses it stays.",
	Source: "“That’s called Plasma MVP” (adlerjohn), and the answer “A mass migration does not need to happen within a " +
		"fixed temporal frame” (gluk64); J. Poon, V. Buterin et al., Minimal Viable Plasma, ethresear.ch 426",
	Reads: []string{"mass_exit"},
	New: func(p *Params) Remedy {
		return &massExit{p: p.MassExit}
	},
})

// MassExitParams are the rules of the window. An exit costs the gas of a forced
// exit.
type MassExitParams struct {
	Threshold float64 `key:"threshold_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Assumption: a twentieth of the cohorts, as for a migration; no sweep yet" doc:"Share of the cohorts inside whose alarm opens the window"`
	AlarmDays float64 `key:"alarm_days" default:"14" unit:"d" min:"0.01" max:"3650" source:"Assumption: two weeks" doc:"Time for which an alarm counts"`
	OpenDays  float64 `key:"window_days" default:"7" unit:"d" min:"0.01" max:"365" source:"Minimal Viable Plasma: exits must be started within seven days" doc:"Length of the window"`
	RestDays  float64 `key:"rest_days" default:"14" unit:"d" min:"0" max:"3650" source:"Assumption: two weeks until alarms count again" doc:"Time after a window in which none opens"`
}

// Window is the public record of a mass exit.
type Window struct {
	Open   bool   // everybody may leave now
	Until  uint32 // tick at which it closes, or before which the next cannot open
	Alarms uint32 // cohorts that have called
	Ended  uint32 // windows that are over
}

// massExit is Plasma's rule for a chain whose operator withholds: all users leave
// at once and compete for the space of layer one.
type massExit struct {
	p      MassExitParams
	docket Docket
	called []uint32 // by owner: tick of its alarm plus one; 0: none
}

func (*massExit) Rules() Rules      { return Rules{MassExit: true} }
func (t *massExit) Docket() *Docket { return &t.docket }

func (t *massExit) Clone() Remedy {
	c := *t
	c.called = append([]uint32(nil), t.called...)
	return &c
}

// Hear takes alarms of owners that have something inside. A repeated alarm is
// valid for the full time again.
func (t *massExit) Hear(w *World, m Message) bool {
	x := &t.docket.Exit
	if m.Word != Alarm || x.Open || w.Tick < x.Until || m.Count == 0 || w.Roll.Balance(m.By) == 0 {
		return false
	}
	if len(t.called) == 0 {
		t.called = make([]uint32, w.Ledger.Owners())
	}
	if t.called[m.By] == 0 {
		x.Alarms++
	}
	t.called[m.By] = w.Tick + 1
	return true
}

// Due implements Remedy: a window is over, or there are enough alarms for one if
// all are still valid.
func (t *massExit) Due(w *World) bool {
	x := &t.docket.Exit
	return x.Open && w.Tick >= x.Until || !x.Open && x.Alarms > 0 &&
		float64(x.Alarms) >= t.p.Threshold*w.Roll.Public().Members
}

// Step opens the window if there are enough valid alarms, and closes it when its
// time is over.
func (t *massExit) Step(w *World) {
	x := &t.docket.Exit
	switch {
	case !t.Due(w):
	case x.Open:
		w.Roll.CloseGates(w.Tick)
		x.Open, x.Until = false, w.Tick+w.ticks(t.p.RestDays)
		x.Ended++
	case t.count(w) >= t.p.Threshold*w.Roll.Public().Members:
		clear(t.called)
		w.Roll.OpenGates()
		x.Open, x.Alarms, x.Until = true, 0, w.after(t.p.OpenDays)
	}
}

// count drops alarms that are too old or whose owners have left, and returns the
// number that remains.
func (t *massExit) count(w *World) float64 {
	x := &t.docket.Exit
	x.Alarms = 0
	for o, at := range t.called {
		switch {
		case at == 0:
		case float64(w.Tick+1-at) > t.p.AlarmDays*w.TicksPerDay || w.Roll.Balance(ledger.Owner(o)) == 0:
			t.called[o] = 0
		default:
			x.Alarms++
		}
	}
	return float64(x.Alarms)
}
