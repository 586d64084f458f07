package sim

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
)

// NewsParams describe the exogenous drivers: the price of ETH, in which fees
// are earned, and rollup activity that no agent causes. The volatility, tails
// and clustering of the token are inherited from them.
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
	Antithetic      bool    `key:"antithetic" default:"false" source:"Hammersley and Morton (1956)" doc:"Flip the sign of all news"`
	VolUpdateBlocks int     `key:"vol_update_blocks" default:"96" unit:"blocks" min:"1" max:"100000" source:"Assumption: twenty minutes, a thousandth of the half-life" doc:"Ticks between updates of the volatility"`
	FallStartDays   float64 `key:"eth_fall_start_days" default:"0" unit:"d" min:"0" max:"3650" source:"Assumption: for event studies (check dai)" doc:"Start of a fall of ETH on top of the news, counted from the end of the warm-up"`
	FallShare       float64 `key:"eth_fall_share" default:"0" unit:"share" min:"0" max:"0.99" source:"Assumption: none; set by check dai" doc:"Share of its value that ETH loses in it"`
	FallHours       float64 `key:"eth_fall_hours" default:"24" unit:"h" min:"0.1" max:"8760" source:"12 to 13 March 2020: about a day" doc:"Length of the fall; the log price falls evenly"`
}

// news is the state of the exogenous drivers, as logs relative to the start.
type news struct {
	LnETH, LnActivity float64 // logs of the price of ETH and of the activity that no agent causes, relative to the start
	lnVol, vol        float64 // volatility over its mean, as a log and as a factor
	eth, activity     float64 // s.d. of one step without jumps
	ethJump, actJump  float64 // chance of a jump in one step
	keep, shock       float64 // persistence and s.d. of a step of the log volatility
	sign              float64 // −1 in an antithetic world, else 1

	fall             float64 // ln change of one step of the fall
	fallFrom, fallTo uint32  // ticks of the fall, both inclusive
}

// newNews starts the drivers. The measured time begins after warmup ticks.
func newNews(p NewsParams, perDay float64, warmup uint32, s *draw.Stream) news {
	step := float64(p.IntervalBlocks) / perDay
	keep := exact.HalfLife(float64(p.VolUpdateBlocks)/perDay, p.VolHalfDays)
	n := news{
		eth: p.EthDaily * sqrt(step), activity: p.ActivityDaily * sqrt(step),
		ethJump: p.EthJumps / 365 * step, actJump: p.ActivityJumps / 365 * step,
		keep: keep, shock: p.VolOfVol * sqrt(1-float64(keep*keep)), sign: 1,
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
	// The volatility starts at a draw from its stationary distribution.
	n.setVol(p, float64(p.VolOfVol*s.At(draw.Volatility, 0, 0).Norm()))
	return n
}

// setVol makes the mean variance of the log returns EthDaily squared.
func (n *news) setVol(p NewsParams, lnVol float64) {
	n.lnVol = lnVol
	n.vol = exact.Exp(lnVol - float64(p.VolOfVol*p.VolOfVol))
}

// step draws the news of one interval. An antithetic world flips the sign of every
// price move, and leaves the volatility.
func (n *news) step(p NewsParams, tick uint32, s *draw.Stream) {
	if tick%uint32(p.VolUpdateBlocks) < uint32(p.IntervalBlocks) {
		n.setVol(p, float64(n.lnVol*n.keep)+float64(n.shock*s.At(draw.Volatility, 0, tick).Norm()))
	}
	if tick >= n.fallFrom && tick <= n.fallTo {
		n.LnETH += n.fall
	}
	r := s.At(draw.News, 0, tick)
	n.LnETH += float64(n.sign * n.eth * n.vol * r.Norm())
	n.LnActivity += float64(n.sign * n.activity * r.Norm())
	// One uniform number decides on both jumps, which exclude each other.
	switch u := r.Float64(); {
	case u < n.ethJump:
		n.LnETH += float64(n.sign * p.EthJump * s.At(draw.Jump, 0, tick).Norm())
	case u < n.ethJump+n.actJump:
		n.LnActivity += float64(n.sign * p.ActivityJump * s.At(draw.Jump, 1, tick).Norm())
	}
}
