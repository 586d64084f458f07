package claims

// UnderRevision stands in place of the verdict of a claim whose experiment does not yet
// ask what its sentence says. The tests are run and shown; they do not decide.
const UnderRevision Verdict = "under revision"

// revisions say why the experiment of a claim does not decide it, by claim.
var revisions = map[string]string{
	"C2":  "the tests ask how long a fork takes, and the sentence whether layer two can agree on one",
	"C3":  "that forged blocks are void follows from the contract; only their cost is tried",
	"C4":  "one posted fee is tried, and a leader who extorts would choose the best one for its share of the slots",
	"C5":  "hardly anybody wants out in the experiment, and the price does not follow the balance",
	"C6":  "the rows show that hardly any dai is locked up by a tenth of the stake; control of all blocks is not tried",
	"C7":  "the sentence says that an attacker can profit, and one plan is tried in place of the best",
	"C9":  "the sentence says that an attacker can profit, and one plan is tried in place of the best",
	"C10": "the stake of others is moved by the price and by those who join; it has to be compared with their yield",
	"C12": "“increase the chances” is read as an absolute bound in place of a ratio to the usual chance",
	"C13": "the outcome repeats two assumptions about booters; operators who route around them are missing",
	"C14": "only buying is tried, and nine slots in ten are an assumption about “almost all”",
	"C15": "one flat withdrawal fee is tried, and a monopolist would charge by the balance",
	"C16": "“their tokens” may be the balances of users as well as the token that is staked",
	"C18": "without a remedy nobody is slashed, so that the first part is true by definition",
	"C19": "a buyer of all slots is compared with a staker of few; each has to have the same capital and its " +
		"own best plan",
	"C20": "a buyer of all slots is compared with a staker of few; each has to have the same capital and its " +
		"own best plan",
	"C21": "a single operator is compared with nothing; proof of stake with the same capital is missing",
	"R1":  "the attacker acts in its own name, and the number of trials is assumed",
	"R2":  "the attacker acts in its own name, and the number of trials is assumed",
	"R4":  "the days of selling decide the outcome, and the best ones are not looked for",
	"R5":  "the sentence is about who can enforce a bond, and the days of selling decide the outcome",
	"R9":  "R9 and R10 share one experiment with opposite signs; the days until users are out would tell them apart",
	"R10": "R9 and R10 share one experiment with opposite signs; the days until users are out would tell them apart",
	"R12": "the bound is in USD a user of a small rollup; hours of full blocks for millions of users would decide",
	"R13": "a move that happens once is compared with room for transactions that come for ever",
	"R14": "that operators refuse is a rule of the model; whether refusing pays is the question",
}

// verdict is the verdict on a claim: the one that its results give, unless its experiment
// is under revision.
func (c *Claim) verdict(results []Result) Verdict {
	if revisions[c.ID] != "" {
		return UnderRevision
	}
	return together(results)
}
