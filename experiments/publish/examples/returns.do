* stata -b do returns.do results/dos-short/runs.csv
* The table "Return on attacks", from the rows of the replications.
args file
import delimited "`file'", varnames(1) case(preserve) clear
keep if status == "ok"
rename (y_attack_capital_at_risk_usd y_attack_profit_usd y_net_of_drift_usd y_attack_roi) (capital profit net roi)
collapse (mean) capital profit net roi (semean) s_profit=profit s_net=net s_roi=roi (count) n_profit=profit n_net=net n_roi=roi, by(cell_id)
foreach v in profit net roi {
    generate lo_`v' = `v' - invttail(n_`v' - 1, 0.025) * s_`v'
    generate hi_`v' = `v' + invttail(n_`v' - 1, 0.025) * s_`v'
}
list cell_id capital profit lo_profit hi_profit net lo_net hi_net roi lo_roi hi_roi
