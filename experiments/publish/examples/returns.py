# python3 returns.py results/dos-short/runs.csv (or runs.parquet, with pyarrow)
# The table "Return on attacks", from the rows of the replications.
import sys
import pandas as pd
from scipy.stats import t

def ci(x):
    half = t.ppf(0.975, x.count() - 1) * x.sem()
    return [x.mean(), x.mean() - half, x.mean() + half]

runs = (pd.read_parquet if sys.argv[1].endswith(".parquet") else pd.read_csv)(sys.argv[1])
for cell, r in runs[runs.status == "ok"].groupby("cell_id", sort=False):
    usd = [r.y_attack_capital_at_risk_usd.mean(), *ci(r.y_attack_profit_usd), *ci(r.y_net_of_drift_usd)]
    print(cell, *(f"{x:.0f}" for x in usd), *(f"{100 * x:.1f}" for x in ci(r.y_attack_roi)), sep=",")
