* stata -b do returns.do results/dos-short/runs.csv
* The table "Return on attacks", from the rows of the replications.
args file
import delimited "`file'", varnames(1) case(preserve) clear
keep if status == "ok"
rename (y_attack_capital_at_risk_usd y_attack_profit_usd y_excess_usd y_attack_roi) (capital profit excess roi)
collapse (mean) capital profit excess roi (semean) s_profit=profit s_excess=excess s_roi=roi (count) n_profit=profit n_excess=excess n_roi=roi, by(cell_id)
foreach v in profit excess roi {
    generate lo_`v' = `v' - invttail(n_`v' - 1, 0.025) * s_`v'
    generate hi_`v' = `v' + invttail(n_`v' - 1, 0.025) * s_`v'
}
list cell_id capital profit lo_profit hi_profit excess lo_excess hi_excess roi lo_roi hi_roi
