package sim

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
)

// NewsParams describe the exogenous drivers: the price of ETH, in which fees
// are earned, rollup activity that no agent causes, and what holders think of the token
// besides. The first two are public and move quotes at once; the view of holders reaches
// the price by their trades. Volatility, tails and clustering of the token come from
// them; facts are reported without news as well (check facts).
type NewsParams struct {
	IntervalBlocks  int     `key:"interval_blocks" default:"8" unit:"blocks" min:"1" max:"10000" source:"Assumption: about two minutes, in which ETH moves by a fifth of a percent" doc:"Ticks between news"`
	EthDaily        float64 `key:"eth_daily" default:"0.048" unit:"1" min:"0" max:"1" source:"ETH/USD daily log returns, 2019 to 2020" doc:"Standard deviation of a day's log return of ETH without jumps"`
	VolOfVol        float64 `key:"vol_of_vol" default:"0.45" unit:"1" min:"0" max:"3" source:"Fitted to the clustering of ETH returns" doc:"Standard deviation of the log volatility of ETH, an Ornstein-Uhlenbeck process"`
	VolHalfDays     float64 `key:"vol_half_life_days" default:"20" unit:"d" min:"0.1" max:"1000" source:"Fitted to the clustering of ETH returns" doc:"Half-life of the log volatility"`
	EthJumps        float64 `key:"eth_jumps_per_year" default:"5" unit:"1" min:"0" max:"1000" source:"ETH/USD 2018 to 2020: about five days a year beyond 13 %" doc:"Jumps of ETH a year"`
	EthJump         float64 `key:"eth_jump" default:"0.13" unit:"1" min:"0" max:"3" source:"ETH/USD 2018 to 2020: about five days a year beyond 13 %" doc:"Standard deviation of the log size of a jump"`
	ActivityDaily   float64 `key:"activity_daily" default:"0.015" unit:"1" min:"0" max:"1" source:"Assumption: a third of the volatility of ETH, so that activity matters and does not dominate" doc:"Standard deviation of a day's log change of activity without jumps"`
	ActivityJumps   float64 `key:"activity_jumps_per_year" default:"4" unit:"1" min:"0" max:"1000" source:"Assumption: listings, launches and incidents, one a quarter" doc:"Jumps of activity a year"`
	ActivityJump    float64 `key:"activity_jump" default:"0.1" unit:"1" min:"0" max:"3" source:"Assumption: a tenth, somewhat below the jumps of ETH" doc:"Standard deviation of the log size of such a jump"`
	OwnDaily        float64 `key:"own_daily" default:"0.05" unit:"1" min:"0" max:"1" source:"Idiosyncratic volatility of 25 tokens, July 2019 to December 2020: 1.09 a year (market model on ether)" doc:"Standard deviation of a day's log change of the holders' common view of the token without jumps"`
	OwnVolOfVol     float64 `key:"own_vol_of_vol" default:"0.8" unit:"1" min:"0" max:"3" source:"Calibrated: kurtosis and clustering of 34 token series (check facts)" doc:"Standard deviation of the log volatility of that view, an Ornstein-Uhlenbeck process"`
	OwnVolHalfDays  float64 `key:"own_vol_half_life_days" default:"8" unit:"d" min:"0.1" max:"1000" source:"Calibrated: kurtosis and clustering of 34 token series (check facts)" doc:"Half-life of that log volatility"`
	OwnJumps        float64 `key:"own_jumps_per_year" default:"8" unit:"1" min:"0" max:"1000" source:"Calibrated: kurtosis of 34 token series, median 11.5 (check facts)" doc:"Jumps of that view a year"`
	OwnJump         float64 `key:"own_jump" default:"0.18" unit:"1" min:"0" max:"3" source:"Calibrated: kurtosis of 34 token series, median 11.5 (check facts)" doc:"Standard deviation of the log size of such a jump"`
	Antithetic      bool    `key:"antithetic" default:"false" source:"Hammersley and Morton (1956)" doc:"Flip the sign of all news"`
	VolUpdateBlocks int     `key:"vol_update_blocks" default:"96" unit:"blocks" min:"1" max:"100000" source:"Assumption: twenty minutes, a thousandth of the half-life" doc:"Ticks between updates of the volatility"`
	FallStartDays   float64 `key:"eth_fall_start_days" default:"0" unit:"d" min:"0" max:"3650" source:"Assumption: for event studies (check dai)" doc:"Start of a fall of ETH on top of the news, counted from the end of the warm-up"`
	FallShare       float64 `key:"eth_fall_share" default:"0" unit:"share" min:"0" max:"0.99" source:"Assumption: none; set by check dai" doc:"Share of its value that ETH loses in it"`
	FallHours       float64 `key:"eth_fall_hours" default:"24" unit:"h" min:"0.1" max:"8760" source:"12 to 13 March 2020: about a day" doc:"Length of the fall; the log price falls evenly"`
}

// news is the state of the exogenous drivers, as logs relative to the start.
type news struct {
	LnETH, LnActivity, LnOwn       float64 // price of ether, activity that no agent causes, and the holders' common view
	vol, ownVol                    ou      // log volatilities of ether and of the view
	eth, activity, own             float64 // s.d. of one step without jumps
	ethJump, activityJump, ownJump float64 // chances of a jump in one step
	sign                           float64 // −1 in an antithetic world, else 1

	fall             float64 // ln change of one step of the fall
	fallFrom, fallTo uint32  // ticks of the fall, both inclusive
}

// ou is a log volatility, an Ornstein–Uhlenbeck process, and its factor on a standard
// deviation, whose mean square is one.
type ou struct {
	ln, factor  float64
	keep, shock float64 // persistence and s.d. of a step
	sd          float64 // of the stationary distribution
}

// newOU starts at a draw from the stationary distribution.
func newOU(sd, halfDays, stepDays float64, r *draw.Stream) ou {
	keep := exact.HalfLife(stepDays, halfDays)
	v := ou{keep: keep, shock: sd * sqrt(1-float64(keep*keep)), sd: sd}
	return v.at(float64(sd * r.Norm()))
}

func (v ou) at(ln float64) ou {
	v.ln, v.factor = ln, exact.Exp(ln-float64(v.sd*v.sd))
	return v
}

func (v ou) next(r *draw.Stream) ou {
	return v.at(float64(v.ln*v.keep) + float64(v.shock*r.Norm()))
}

// Agents of the draws of news.
const (
	ofEther    = 0 // jumps and volatility of ether, and the steps of all drivers
	ofActivity = 1 // jumps of activity
	ofOwn      = 2 // jumps and volatility of the view
)

// newNews starts the drivers. The measured time begins after warmup ticks.
func newNews(p NewsParams, perDay float64, warmup uint32, s *draw.Stream) news {
	step := float64(p.IntervalBlocks) / perDay
	update := float64(p.VolUpdateBlocks) / perDay
	n := news{
		eth: p.EthDaily * sqrt(step), activity: p.ActivityDaily * sqrt(step), own: p.OwnDaily * sqrt(step),
		ethJump: p.EthJumps / 365 * step, activityJump: p.ActivityJumps / 365 * step, ownJump: p.OwnJumps / 365 * step,
		vol:    newOU(p.VolOfVol, p.VolHalfDays, update, s.At(draw.Volatility, ofEther, 0)),
		ownVol: newOU(p.OwnVolOfVol, p.OwnVolHalfDays, update, s.At(draw.Volatility, ofOwn, 0)),
		sign:   1,
	}
	if p.Antithetic {
		n.sign = -1
	}
	if p.FallShare > 0 {
		every := uint32(p.IntervalBlocks)
		n.fallFrom = warmup + uint32(float64(p.FallStartDays*perDay)) + 1
		n.fallTo = n.fallFrom + max(uint32(float64(p.FallHours/24*perDay)), every) - 1
		n.fall = exact.Log(1-p.FallShare) / float64(n.fallTo/every-(n.fallFrom-1)/every)
	}
	return n
}

// step draws the news of one interval. An antithetic world flips the sign of every
// price move, and leaves the volatility.
func (n *news) step(p NewsParams, tick uint32, s *draw.Stream) {
	if tick%uint32(p.VolUpdateBlocks) < uint32(p.IntervalBlocks) {
		n.vol = n.vol.next(s.At(draw.Volatility, ofEther, tick))
		n.ownVol = n.ownVol.next(s.At(draw.Volatility, ofOwn, tick))
	}
	if tick >= n.fallFrom && tick <= n.fallTo {
		n.LnETH += n.fall
	}
	r := s.At(draw.News, 0, tick)
	n.LnETH += float64(n.sign * n.eth * n.vol.factor * r.Norm())
	n.LnActivity += float64(n.sign * n.activity * r.Norm())
	n.LnOwn += float64(n.sign * n.own * n.ownVol.factor * r.Norm())
	// One uniform number decides on the jumps, which exclude each other.
	jump := func(size float64, agent uint32) float64 {
		return float64(n.sign * size * s.At(draw.Jump, agent, tick).Norm())
	}
	switch u := r.Float64(); {
	case u < n.ethJump:
		n.LnETH += jump(p.EthJump, ofEther)
	case u < n.ethJump+n.activityJump:
		n.LnActivity += jump(p.ActivityJump, ofActivity)
	case u < n.ethJump+n.activityJump+n.ownJump:
		n.LnOwn += jump(p.OwnJump, ofOwn)
	}
}
