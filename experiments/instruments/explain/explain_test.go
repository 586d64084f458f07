package explain

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"stakeout/experiments/study/tiny"
	"stakeout/experiments/study/trial"
)

func TestExplain(t *testing.T) {
	s := tiny.Spec(t, "dos-short")
	e, err := Replication(context.Background(), s, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range e.Tables() {
		if err := x.Terminal(new(bytes.Buffer), 120); err != nil {
			t.Error(err)
		}
	}
	whole, err := trial.Run(context.Background(), s, trial.NewWorlds(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := usd(whole.Gain.Profit.Units()); !strings.Contains(e.Verdict, want) {
		t.Errorf("explains a replication other than that of the run, want %s: %s", want, e.Verdict)
	}
	if len(e.Divergence.Rows) == 0 || len(e.Fills.Rows) == 0 || len(e.Timeline.Rows) == 0 {
		t.Errorf("%d differences, %d trades, %d days", len(e.Divergence.Rows), len(e.Fills.Rows), len(e.Timeline.Rows))
	}
	none, err := Replication(context.Background(), tiny.Spec(t, "dos-short", "attack_params.budget_usd=0"), 0)
	if err != nil || len(none.Divergence.Rows) != 0 {
		t.Errorf("an attack without a budget differs from its twin: %v", err)
	}
}

// Trades in dai are listed beside those in the token.
func TestExplainListsDai(t *testing.T) {
	e, err := Replication(context.Background(),
		tiny.Spec(t, "dos-lockup", "world.users.count=200", "horizon_days=2.5", "attack_params.act_days=0.9"), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range e.Fills.Rows {
		if strings.HasSuffix(row[1].String(), ", dai") {
			return
		}
	}
	t.Errorf("no trade in dai among %d", len(e.Fills.Rows))
}
