# Rscript returns.R results/dos-short/runs.csv
# The table "Return on attacks", from the rows of the replications. For Parquet:
# arrow::read_parquet(file).
runs <- subset(read.csv(commandArgs(TRUE)[1]), status == "ok")
ci <- function(x) with(t.test(x), c(estimate, conf.int))
for (r in split(runs, factor(runs$cell_id, unique(runs$cell_id)))) {
  usd <- c(mean(r$y_attack_capital_at_risk_usd), ci(r$y_attack_profit_usd), ci(r$y_net_of_drift_usd))
  cat(r$cell_id[1], sprintf("%.0f", usd), sprintf("%.1f", 100 * ci(r$y_attack_roi)), sep = ",")
  cat("\n")
}
