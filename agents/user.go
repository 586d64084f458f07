package agents

import (
	"cmp"
	"slices"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

// UserParams describe the users of the rollup in cohorts.
//
// Sources: discrete choice between the rollup and an outside option (logit, McFadden
// 1974) as the share of cohorts that would rather be out at a given satisfaction, so
// that the same threshold that drives them away brings them back; adoption by
// innovation and word of mouth (Bass 1969); heavy-tailed balances.
type UserParams struct {
	Count            int     `key:"count" default:"2000" unit:"1" min:"1" max:"10000000" source:"Assumption: enough cohorts for a smooth share of active users" doc:"Number of user agents, each a cohort"`
	CohortSize       int     `key:"cohort_size" default:"100" unit:"1" min:"1" max:"1000000" source:"Assumption: 200 thousand users, a large rollup for 2020" doc:"Real users in a cohort; gas and balances scale with it"`
	ActiveShare      float64 `key:"active_share" default:"0.85" unit:"share" min:"0.01" max:"1" source:"Assumption: one cohort in seven is outside and may join by word of mouth" doc:"Share of cohorts that use the rollup at the opening; the others may join"`
	PerDay           float64 `key:"transactions_per_day" default:"0.6" unit:"1" min:"0" max:"1000" source:"Assumption: 100 thousand transactions a day, as Loopring and zkSync together in late 2020" doc:"Transactions that a real user wants to send a day"`
	WakeHours        float64 `key:"wake_hours" default:"12" unit:"h" min:"0.1" max:"1000" source:"Assumption: two looks a day; the cost of finer clocks is time" doc:"Mean time between a cohort's looks"`
	ValueMultiple    float64 `key:"value_multiple" default:"6" unit:"1" min:"0.1" max:"1000" source:"Assumption: a layer-one transfer cost some ten times a rollup fee" doc:"Median private value of a transaction in opening fees; log-logistic with exponent 2"`
	Patience         float64 `key:"patience_minutes" default:"10" unit:"min" min:"0.1" max:"100000" source:"Assumption: payments, where a missed slot of nine minutes costs half the value" doc:"Median time in which waiting costs a transaction all but 1/e of its value; lognormal with log s.d. 0.7"`
	MemoryDays       float64 `key:"memory_days" default:"20" unit:"d" min:"0.1" max:"365" source:"Fitted: users of IOTA, Ronin and Linea were back within weeks of their outages (check events)" doc:"Half-life of satisfaction"`
	LeaveBelow       float64 `key:"leave_below" default:"0.6" unit:"1" min:"-1" max:"1" source:"Assumption: 0.3 patient, 0.6 medium, 0.85 fickle; check sign varies it" doc:"Satisfaction at which half of those who review leave; 1 is normal service"`
	ReviewDays       float64 `key:"review_days" default:"30" unit:"d" min:"0.1" max:"365" source:"Fitted: after four weeks without service most users of IOTA were still there (check events)" doc:"Mean time in which a cohort that would rather be out leaves, and one that would rather be in returns"`
	Innovation       float64 `key:"innovation_share" default:"0.085" unit:"share" min:"0" max:"1" source:"Bass (1969): innovation 0.03 and imitation 0.38 a year, at the opening" doc:"Share of arrivals that word of mouth does not bring, at the opening"`
	React            bool    `key:"leave_over_service" default:"true" source:"Assumption: on; off to see what a result owes to it (check reactions)" doc:"Whether bad service makes them leave; off, only churn does"`
	LeaveBelowSpread float64 `key:"leave_below_spread" default:"0.15" unit:"1" min:"0.001" max:"1" source:"Fitted: Linea lost a seventh of its active addresses on the day of its halt (check events)" doc:"Logistic scale of the same over cohorts"`
	ChurnPerDay      float64 `key:"churn_per_day" default:"0.002" unit:"1" min:"0" max:"0.5" source:"Assumption: half of the satisfied users leave within a year" doc:"Chance a day that a satisfied cohort leaves; arrivals balance it at the opening"`
	BalanceUSD       float64 `key:"min_balance_usd" default:"50" unit:"USD" min:"0" max:"1e9" source:"Assumption: balances that make small users smaller than the gas of a forced exit; the exponent 1.15 is the 80/20 rule" doc:"Smallest balance of a real user; Pareto over cohorts with exponent 1.15, cut at 1000 times"`
	UrgencyPerDay    float64 `key:"urgency_per_day" default:"0.01" unit:"1" min:"0" max:"1" source:"Assumption: a percent a day; withdrawal fees that can be extorted are proportional to it; no sweep yet" doc:"Share of the balance that a leaver would pay to be out a day earlier"`
	GiveUpDays       float64 `key:"give_up_half_life_days" default:"2" unit:"d" min:"0.01" max:"1000000" source:"Assumption: what is not sent within days is sent elsewhere" doc:"Time in which half of the waiting transactions are taken back"`
	RetryDays        float64 `key:"retry_days" default:"1" unit:"d" min:"0.01" max:"100" source:"Assumption: a leaver gives the coordinator a day" doc:"Time that a leaver waits for the coordinator before it uses the layer-one queue"`
	VoiceShare       float64 `key:"voice_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Carbonvote on the DAO fork, July 2016: about a twentieth of all ether took part" doc:"Chance that a cohort raises its voice on a fork"`
	Misconduct       float64 `key:"misconduct_share" default:"0.5" unit:"share" min:"0.01" max:"1" source:"Assumption: as holders; no sweep yet" doc:"Chance that an operator withholds its slots above which a cohort calls it guilty"`
}

// Users is the population of users.
type Users struct {
	p    UserParams
	o    Opening
	calm float64 // days of calm that halve the weight of a short outage
	rows []user
}

type userState uint8

const (
	outside userState = iota
	inside
	leaving
)

type user struct {
	balance  float64   // balance of the cohort, USD
	mood     float64   // satisfaction, 1 in normal service
	taste    float64   // satisfaction below which it would rather be out
	surplus  float64   // value of what was served so far after the wait, less its fees, USD
	patience float32   // wait that costs a transaction all but 1/e of its value, ticks
	value    float32   // private value of one of its transactions, USD
	count    uint32    // transactions offered at the last look
	sent     uint32    // tick of the last request
	looked   uint32    // tick of the last look
	since    uint32    // tick of the wish to leave
	spoke    uint32    // the case in which it spoke last, and its vote
	state    userState // outside, inside or leaving
	over     bool      // leaves or has left over the service
	away     bool      // has moved to the second rollup
	lost     bool      // has lost its deposits in a fork
}

// How users differ, judge the service and pay.
//
// Assumption: a wait of up to one and a half slots is normal service; leavers pay a
// fifth above the gas of a withdrawal; cohorts outside look four times as rarely.
const (
	balanceTail   = 1.15 // Pareto exponent of balances
	balanceCut    = 1000 // largest balance over the least
	patienceSD    = 0.7  // log s.d. of patience over cohorts
	outsideFactor = 4    // time between looks outside over the time inside
	topUpPart     = 100  // fees are made up for when one in so many of the balance is spent
	normalWait    = 1.5  // slots within which the service is normal
	bidStep       = 0.1  // largest step above the last marginal fee
	valueCap      = 2    // largest bid over the median value of a transaction
	worstService  = 0.99 // share of the service missing beyond which a wait is not thought longer
	leastShare    = 1e-6 // values beyond those of the top millionth are not drawn
	leastOutside  = 0.01 // least share of cohorts outside at the opening, by which arrivals are divided
)

// NewUsers draws a population and calls endow for each agent.
func NewUsers(p UserParams, b BeliefParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Users {
	t := &Users{p: p, o: o, calm: b.CalmDays, rows: make([]user, len(list))}
	active := int(float64(p.ActiveShare*float64(len(list))) + 0.5)
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		row := &t.rows[i]
		row.balance = float64(p.CohortSize) * p.BalanceUSD * min(r.Pareto(balanceTail), balanceCut)
		row.patience = float32(p.Patience / minutes * o.TicksPerDay * r.Lognormal(patienceSD))
		row.mood, row.taste = 1, p.taste(r.Float64())
		if i < active {
			row.state = inside
			endow(a.ID, Endowment{Inside: row.balance})
		} else {
			endow(a.ID, Endowment{})
		}
	}
	return t
}

// taste is the satisfaction below which a cohort would rather be out, at a quantile of
// the population: logistic around LeaveBelow, cut at the satisfaction of normal service, at
// which everybody likes to stay.
func (p *UserParams) taste(quantile float64) float64 {
	return p.LeaveBelow + float64(p.LeaveBelowSpread*logit(quantile*exact.Logistic((1-p.LeaveBelow)/p.LeaveBelowSpread)))
}

// Active is the number of cohorts that use the rollup at the opening.
func (t *Users) Active() (n int) {
	for i := range t.rows {
		if t.rows[i].state == inside {
			n++
		}
	}
	return n
}

// ByBalance lists the rows of the cohorts that were inside at the opening from the
// smallest balance to the largest.
func (t *Users) ByBalance() (rows []int) {
	for i := range t.rows[:int(float64(t.p.ActiveShare*float64(len(t.rows)))+0.5)] {
		rows = append(rows, i)
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(t.rows[a].balance, t.rows[b].balance) })
	return rows
}

// Leaving reports whether a cohort wants to leave.
func (t *Users) Leaving(row int) bool { return t.rows[row].state == leaving }

// Clone implements Strategy.
func (t *Users) Clone() Strategy {
	c := *t
	c.rows = append([]user(nil), t.rows...)
	return &c
}

// Warm implements Warmer.
func (t *Users) Warm(row int32) uint64 { return uint64(t.rows[row].looked) }

// Decide implements Strategy.
func (t *Users) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		row := &t.rows[a.Row]
		r := v.Rand(a)
		if v.Away != row.away {
			row.settle(a.ID, v)
		}
		switch row.state {
		case inside:
			t.use(a.ID, row, v, do, r)
		case leaving:
			t.hear(row, v)
			if row.over && !t.dislikes(row, v) && !v.Service.Exodus {
				row.state, row.over = inside, false
				do.Request(AskExit, a.ID, 0, 0)
				t.use(a.ID, row, v, do, r)
			} else {
				t.leave(a.ID, row, v, do)
			}
		default:
			t.hear(row, v)
			t.arrive(a.ID, row, v, do, r)
		}
		t.speak(a, row, v, do)
		row.looked = v.Tick
		wait := t.p.WakeHours / hours * v.TicksPerDay * jitter(r)
		if row.state == outside {
			wait *= outsideFactor
		}
		do.WakeAt(a.ID, later(v, wait))
	}
}

// settle begins anew in the rollup to which the cohort has moved: satisfied, with
// nothing sent. A cohort that has lost its deposits goes on with the assets issued
// inside, and brings cash for their fees.
func (row *user) settle(id ID, v *View) {
	if row.away = v.Away; row.state == outside {
		return
	}
	if v.Pocket(id, ledger.Cash, ledger.Rollup) == 0 {
		row.lost = true
		row.balance *= v.Docket.Fork.Issued
	}
	row.state, row.over, row.mood, row.sent, row.looked = inside, false, 1, 0, v.Tick
}

// speak gives the cohort's voice for or against a fork when everyone judges operators
// and the cohort has something inside, and again when it has changed its mind.
func (t *Users) speak(a Agent, row *user, v *View, do *Actions) {
	k := &v.Docket.Case
	if !k.Open || row.state == outside || v.Remedy.Rules().Trial.By != remedy.Everyone {
		return
	}
	m := remedy.Message{Word: remedy.Vote}
	if v.Guilt(k.Accused) > t.p.Misconduct {
		m.Count = 1
	}
	said := k.Number<<1 | m.Count
	if row.spoke != said && v.Mind(a, k.Number).Float64() < t.p.VoiceShare {
		do.Say(a.ID, m)
	}
	row.spoke = said
}

// use judges the service, asks whether to stay, and sends the transactions that the
// cohort wants until its next look.
func (t *Users) use(id ID, row *user, v *View, do *Actions, r *draw.Stream) {
	days := float64(v.Tick-row.looked) / v.TicksPerDay
	waiting, _ := v.Waiting(id)
	t.judge(id, row, waiting, days, v)
	if v.Service.Exodus || r.Float64() < days*t.leaveRate(row, v) {
		row.state, row.since, row.over = leaving, v.Tick, t.dislikes(row, v)
		t.leave(id, row, v, do)
		return
	}
	// Users bring in again what they spent on fees, a hundredth of their balance at a
	// time.
	if want := Amount(row.balance); v.Pocket(id, ledger.Cash, ledger.Rollup) < want-want/topUpPart {
		do.Move(Join, id, want-v.Pocket(id, ledger.Cash, ledger.Rollup))
	}
	usual := t.usual(v, r)
	value := float32(t.draw(usual.Units(), v, r))
	mean := t.p.PerDay * float64(t.p.CohortSize) * days * t.demand(usual.Units(), v) * v.Activity
	if row.lost {
		mean *= v.Docket.Fork.Issued
	}
	n := r.Poisson(mean)
	var old uint32
	if waiting > 0 {
		old = uint32(float64(waiting) * exact.HalfLife(days, t.p.GiveUpDays))
	}
	n += old
	// The cohort bids for one of its transactions, which is an old one as often as old
	// ones are among them: those that wait do not find a higher value by waiting.
	if old == 0 || r.Float64()*float64(n) >= float64(old) {
		row.value = value
	}
	if row.count = n; n > 0 {
		do.Request(Send, id, n, t.bid(row, usual, v))
		if waiting == 0 {
			row.sent = v.Tick
		}
	}
}

// judge moves satisfaction towards the share of their value that the last
// transactions still had after the wait, and books what was served. A wait of up to one
// and a half slots is normal service.
func (t *Users) judge(id ID, row *user, waiting uint32, days float64, v *View) {
	if row.sent == 0 {
		return
	}
	end, s := v.Tick, v.Served(id)
	if waiting == 0 && s.Tick >= row.sent {
		end = s.Tick
	}
	late := float64(end-row.sent) - float64(normalWait*t.o.SlotTicks)
	quality := 1.0
	if late > 0 {
		quality = exact.Exp(-late / float64(row.patience))
	}
	if s.Tick >= row.sent && row.count > waiting {
		row.surplus += float64(float64(row.count-waiting) * (float64(float64(row.value)*quality) - s.Bid.Units()))
	}
	row.mood = quality + float64((row.mood-quality)*exact.HalfLife(days, t.p.MemoryDays))
}

// hear moves the satisfaction of a cohort that does not use the service towards what is
// said about it.
func (t *Users) hear(row *user, v *View) {
	days, quality := float64(v.Tick-row.looked)/v.TicksPerDay, 1-v.Service.EmptyHour
	row.mood = quality + float64((row.mood-quality)*exact.HalfLife(days, t.p.MemoryDays))
}

// dislikes reports whether a cohort would rather be out, by the service that it expects:
// what it remembers, as far as the calm since may be only a pause. Users judge the calm
// as holders do.
func (t *Users) dislikes(row *user, v *View) bool {
	return t.p.React && 1-float64((1-row.mood)*pause(&v.Service.Episode, t.calm, v)) < row.taste
}

// leaveRate is the chance a day to leave: base churn, and for those who would rather be
// out the pace at which people act on it.
func (t *Users) leaveRate(row *user, v *View) float64 {
	if t.dislikes(row, v) {
		return t.p.ChurnPerDay + 1/t.p.ReviewDays
	}
	return t.p.ChurnPerDay
}

// arrive lets an outside cohort join where the service works. One that left over the
// service returns when it would rather be in. The others arrive by innovation and word
// of mouth (Bass 1969); at the opening their arrivals balance base churn.
func (t *Users) arrive(id ID, row *user, v *View, do *Actions, r *draw.Stream) {
	if v.Service.Exodus || t.dislikes(row, v) {
		return
	}
	days := float64(v.Tick-row.looked) / v.TicksPerDay
	rate := 1 / t.p.ReviewDays
	if !row.over {
		share := v.Service.ActiveFast / float64(len(t.rows))
		word := share + float64(t.p.Innovation*(t.p.ActiveShare-share))
		rate = t.p.ChurnPerDay * word / max(1-t.p.ActiveShare, leastOutside)
	}
	if r.Float64() >= min(rate*(1-v.Service.EmptyDay)*days, 1) {
		return
	}
	row.state, row.over, row.sent = inside, false, 0
	do.Move(Join, id, Amount(row.balance))
}
