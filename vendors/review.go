package vendors

import (
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
)

// Review is a look at how a vendor keeps what the tender or the policy asks: the
// tender's terms (TE-12), the security of its work (RA-11). The policy says at which
// intervals each kind comes round.
type Review struct {
	Record

	Contract ID              `json:"contract,omitzero"`
	Vendor   string          `json:"vendor,omitzero"`
	Kind     string          `json:"kind,omitzero"` // one of the policy's
	Due      time.Time       `json:"due,omitzero"`
	Terms    []Term          `json:"terms,omitzero"`   // to be judged: those of the tender, or of the policy's kind
	Results  []Result        `json:"results,omitzero"` // one for each of Terms
	Text     string          `json:"text,omitzero"`    // what is to be said of it as a whole
	By       townclerk.Actor `json:"by,omitzero"`
	Role     string          `json:"role,omitzero"`
	Ended    time.Time       `json:"ended,omitzero"` // when it was done; else zero
}

// Verdict says how a term is kept.
type Verdict string

// The verdicts.
const (
	Kept   Verdict = "kept"
	Partly Verdict = "partly"
	Broken Verdict = "broken"
)

// Result is a verdict on a term.
type Result struct {
	Term     string  `json:"term,omitzero"` // its id
	Verdict  Verdict `json:"verdict,omitzero"`
	Text     string  `json:"text,omitempty"`     // obligatory unless it is kept
	Evidence string  `json:"evidence,omitempty"` // where it is kept
}

// reviewRows is what may happen to reviews. What it does not list is refused.
var reviewRows = []row{
	{[]State{New}, plan, Planned, nil, nil, []string{planned}},
	{[]State{Planned}, Judge, Reviewed, nil, []*rule{eachTerm}, []string{reviewed}},
}

// TE-12
var eachTerm = &rule{Says: "there is one result for each term, and a text with each that is not kept", About: workflow.Command, Holds: func(d *decision) bool {
	terms, results := d.review.Terms, d.c.Results
	if len(results) != len(terms) {
		return false
	}
	for _, t := range terms {
		i := slices.IndexFunc(results, func(r Result) bool { return r.Term == t.ID })
		if i < 0 || results[i].Verdict != Kept && results[i].Text == "" {
			return false
		}
	}
	return true
}}

var reviews = newKind("review", reviewRows, map[Action]func(*decision){
	plan: (*decision).planReview, Judge: (*decision).judge,
}, map[Action]string{plan: "planned", Judge: "done"})

// ReviewWorkflow returns what may happen to reviews. What it does not list is refused.
func ReviewWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Planned, Reviewed}, Starts: []State{New}, Ends: []State{Reviewed}, Rows: reviews.table.Transitions(),
	}
}

func (p *Policy) doReview(r Review, contract *Contract, c Command) (Review, []townclerk.Event, error) {
	r.Record, r.Terms, r.Results = cloneRecord(r.Record), slices.Clone(r.Terms), slices.Clone(r.Results)
	d := &decision{p: p, k: reviews, r: &r.Record, c: &c, review: &r}
	d.under(contract)
	events, err := d.carryOut()
	if err != nil {
		return Review{}, nil, err
	}
	return r, events, nil
}

// reviewID returns the id of a contract's review of a kind that comes round at an instant.
func reviewID(contract ID, kind string, at time.Time) ID {
	return ID(fmt.Sprintf("%s/review/%s/%s", contract, kind, at.Format("2006-01-02")))
}

func (d *decision) planReview() {
	r := d.review
	r.ID = reviewID(d.contract.ID, d.c.Subject, d.c.At.In(d.p.zone()))
	r.Contract, r.Vendor, r.Kind, r.Due = d.contract.ID, d.contract.Vendor, d.c.Subject, d.At
	kind := d.p.reviews[r.Kind]
	r.Terms = slices.Clone(kind.terms)
	if len(r.Terms) == 0 && d.agreed != nil {
		r.Terms = slices.Clone(d.agreed.Terms)
	}
	d.begin(map[string]string{"class": classReview, "review": r.Kind, "vendor": r.Vendor})
}

func (d *decision) judge() {
	for i, result := range d.c.Results {
		if result.Verdict != Kept && result.Verdict != Partly && result.Verdict != Broken {
			d.fail(fmt.Sprintf("results[%d].verdict", i+1), "%q is no verdict; write %q, %q or %q", result.Verdict, Kept, Partly, Broken)
		}
	}
	r := d.review
	r.Results, r.Text, r.By, r.Role, r.Ended = slices.Clone(d.c.Results), d.c.Text, d.c.By, d.c.Role, d.At
}
