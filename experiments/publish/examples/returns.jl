# julia returns.jl results/dos-short/runs.csv
# The table "Return on attacks", from the rows of the replications. For Parquet:
# DataFrame(Parquet2.Dataset(file)).
using CSV, DataFrames, Distributions, Printf, Statistics
runs = subset(CSV.read(ARGS[1], DataFrame), :status => s -> s .== "ok")
function ci(column)
    x = collect(skipmissing(column))
    half = quantile(TDist(length(x) - 1), 0.975) * std(x) / sqrt(length(x))
    [mean(x), mean(x) - half, mean(x) + half]
end
for r in groupby(runs, :cell_id; sort = false)
    usd = [mean(r.y_attack_capital_at_risk_usd); ci(r.y_attack_profit_usd); ci(r.y_net_of_drift_usd)]
    println(join([r.cell_id[1]; [@sprintf("%.0f", x) for x in usd]; [@sprintf("%.1f", 100x) for x in ci(r.y_attack_roi)]], ","))
end
