// Package experiments is the hall of the wing: it runs a question and reads its results
// back. Run, Obtain, Resumable and OpenStored are the ways in;
// question.Load and question.LoadSweep make the question.
//
// A preset becomes a row on one way through the rooms: notation reads the YAML, question
// checks it and makes the cells, design gives every replication its place, runner hands
// it to a worker, trial runs the three worlds, measure counts the money, design fills
// the columns, and record stores the row. Report reads rows and never a world.
//
// Where to add something:
//
//	an attack: strategies/NAME.go, one file that registers itself
//	a remedy: mechanisms/remedy/NAME.go, one file that registers itself
//	a column: experiments/study/design/observe.go, or series.go beside it
//	a figure: experiments/study/report/figures.go for a run, experiments/publish/paper/figures.go for the paper
//	a check: experiments/evidence/check/NAME.go, and its line in experiments/evidence/check/check.go
//	a statistic: experiments/kit/stat/NAME.go
//	a file format: experiments/evidence/prices/NAME.go for prices, experiments/evidence/replay/NAME.go for orders
//
// The floors, from the roof down. A package imports lower floors, and on its own floor
// what Go allows; the structure test of the module holds it and prints the whole house.
//
//	publish: pages, paper, description, catalogue
//	    publish/menu           lists what there is to run: presets, attacks, elections and remedies
//	    publish/odd            describes the model by the ODD protocol
//	    publish/page           writes a results folder as one HTML page for people
//	    publish/paper          makes the figures and tables of a paper on the model from nothing
//	evidence: why to believe the model
//	    evidence/accounts      writes the books of a world as stock-flow consistent models do: a balance-sheet…
//	    evidence/check         compares the model with facts, laws and null tests that have a source
//	    evidence/claims        tests the sentences of the thread by experiments
//	    evidence/docking       reproduces published numbers with the modules of the model
//	    evidence/facts         holds series of prices against the stylised facts of markets
//	    evidence/prices        reads recorded prices for the estimators of package facts: the series of a results…
//	    evidence/replay        rebuilds a limit order book from recorded order flow and compares it with the record
//	instruments: what asks many questions in a row
//	    instruments/breakeven  searches for the values of a parameter at which an attack breaks even: where the…
//	    instruments/explain    tells one replication in words and tables
//	    instruments/shards     cuts an experiment into parts for several machines
//	study: a question, its replications and their statistics
//	    presets                holds the built-in preset files by name
//	    study/column           names the tables, columns, worlds and statuses of a results folder
//	    study/design           lays a question out as cells, places and columns
//	    study/measure          turns the worlds of one replication into amounts of money: profit by channel,…
//	    study/question         holds what an experiment asks
//	    study/report           turns stored rows into what an economist reads: statistics, tables, verdicts in…
//	    study/runner           runs a design into a store
//	    study/stop             decides how many replications a cell needs
//	    study/tiny             makes presets so small that a replication takes milliseconds
//	    study/trial            runs one replication in three worlds
//	    worlds                 holds the built-in worlds by name
//	world: one simulated history
//	    sim                    is the deterministic kernel: it builds a world from plain data and advances it tick…
//	kit: tools that know nothing of the model
//	    kit/axis               lays out the points of a sweep
//	    kit/catalogue          keeps the things that a user chooses by name
//	    kit/draw               gives each purpose, agent and tick a separate random stream
//	    kit/exact              computes elementary functions with the same bits on every processor
//	    kit/figure             draws the figures of a paper from plain data
//	    kit/limit              reads files of unknown origin at a bounded cost
//	    kit/notation           reads the YAML file of an experiment into parameter structs
//	    kit/param              describes the parameters of the model as fields of plain structs
//	    kit/pool               runs numbered jobs on a bounded number of workers
//	    kit/record             stores rows of results in files that other people can check
//	    kit/root               finds by bisection where a condition begins to hold
//	    kit/stat               estimates and tests what replicated simulation runs show
//	    kit/table              writes the same table for people and for programs
//	    kit/transcript         compares the results of tests with golden files
package experiments
