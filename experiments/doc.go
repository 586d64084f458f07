// Package experiments is the hall of the wing: it runs a question into a results folder
// and reads the folder back. Run, Obtain, Resumable and OpenStored are the ways in;
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
//	    publish/menu                lists what there is to run: presets, attacks, elections and remedies, with…
//	    publish/odd                 describes the model by the ODD protocol
//	    publish/page                writes a results folder as one HTML page for people: question, verdict, tables…
//	    publish/paper               makes the figures and tables of a paper on the model from nothing
//	evidence: why to believe the model
//	    evidence/accounts           writes the books of a world as stock-flow consistent models do: a…
//	    evidence/check              compares the model with facts, laws and null tests that have a source
//	    evidence/claims             tests the sentences of the thread by experiments
//	    evidence/docking            reproduces published numbers with the modules of the model
//	    evidence/facts              holds series of prices against the stylised facts of markets
//	    evidence/prices             reads recorded prices for the estimators of package facts: the series of a…
//	    evidence/replay             rebuilds a limit order book from recorded order flow and compares it with the…
//	instruments: what asks many questions in a row
//	    instruments/breakeven       searches along one parameter for the values at which the mean excess of an…
//	    instruments/explain         tells one replication in words and tables: what happened day by day, where the…
//	    instruments/shards          cuts an experiment into parts for several machines: a plan, its shards, the…
//	study: a question, its replications and their statistics
//	    presets                     holds the built-in preset files by name
//	    study/column                holds the names of tables, columns, worlds and statuses that the writer of a…
//	    study/design                lays a question out: the cells of an experiment, the place of every…
//	    study/measure               turns the worlds of one replication into figures: profit by channel, capital…
//	    study/question              holds what an experiment asks: a preset that is read, set and checked, its…
//	    study/report                turns the stored rows of an experiment into what an economist reads:…
//	    study/runner                takes a design into a store: workers run the replications that the store does…
//	    study/stop                  decides how many replications a cell of an experiment needs: the rule, its…
//	    study/tiny                  makes presets so small that a replication takes milliseconds
//	    study/trial                 runs one replication in three worlds: the attack, the honest use of the same…
//	world: one simulated history
//	    sim                         is the deterministic kernel: it builds a world from plain data and advances it…
//	kit: tools that know nothing of the model
//	    kit/axis                    lays out the points of a sweep
//	    kit/catalogue               keeps the things that a user chooses by name
//	    kit/draw                    gives each purpose, agent and tick a separate random stream
//	    kit/exact                   computes elementary functions with the same bits on every processor
//	    kit/figure                  draws the figures of a paper from plain data
//	    kit/notation                reads the YAML file of an experiment into parameter structs
//	    kit/param                   describes the parameters of the model as fields of plain structs
//	    kit/pool                    runs numbered jobs on a bounded number of workers
//	    kit/record                  stores rows of results in files that other people can check
//	    kit/root                    finds by bisection where a condition begins to hold
//	    kit/stat                    estimates and tests what replicated simulation runs show
//	    kit/table                   writes the same table for people and for programs
//	    kit/transcript              compares the results of tests with golden files
package experiments
