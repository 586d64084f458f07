package report

import "stakeout/experiments/report/figure"

func PriceFigure(s *Study, c *Cell, p *Paths, marks []figure.Mark) *figure.Figure { return nil }
func ChannelsFigure(s *Study, c *Cell) *figure.Figure                             { return nil }
