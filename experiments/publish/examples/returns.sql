-- cd results/dos-short && duckdb -csv -noheader < returns.sql
-- Means and standard errors of the table "Return on attacks", from the rows of the
-- replications. DuckDB has no quantile of Student's t for the intervals.
SELECT cell_id, count(*) AS n,
       round(avg(y_attack_capital_at_risk_usd), 4) AS capital,
       round(avg(y_attack_profit_usd), 4) AS profit, round(stddev_samp(y_attack_profit_usd) / sqrt(count(y_attack_profit_usd)), 4) AS profit_se,
       round(avg(y_net_of_drift_usd), 4) AS net, round(stddev_samp(y_net_of_drift_usd) / sqrt(count(y_net_of_drift_usd)), 4) AS net_se
FROM 'runs.parquet' WHERE status = 'ok' GROUP BY cell_id ORDER BY cell_id;
