package vendors

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/workflow"
)

// Usage is how much of a contract's service was used in a year, and the summary of it
// that is owed to whom the policy says (TE-13).
type Usage struct {
	Record

	Contract  ID              `json:"contract,omitzero"`
	Vendor    string          `json:"vendor,omitzero"`
	Year      int             `json:"year,omitzero"`
	Used      []Used          `json:"used,omitzero"`      // in the order in which it was counted
	Addressee string          `json:"addressee,omitzero"` // the role to which the summary goes
	Text      string          `json:"text,omitzero"`      // what was said with it, such as what follows for the next year
	By        townclerk.Actor `json:"by,omitzero"`        // who presented it
	Role      string          `json:"role,omitzero"`
	Presented time.Time       `json:"presented,omitzero"` // else zero
}

// Used is a quantity of something in a time of a year.
type Used struct {
	Measure  string          `json:"measure,omitzero"` // one of the policy's, such as minutes
	From     time.Time       `json:"from,omitzero"`
	To       time.Time       `json:"to,omitzero"` // not in it any more
	Quantity int64           `json:"quantity,omitzero"`
	Cost     townclerk.Money `json:"cost,omitzero"`   // what it cost, if that is known
	Struck   time.Time       `json:"struck,omitzero"` // when it was counted anew; else zero. Count ignores it
}

// UsageID returns the id of the usage of a contract in a year.
func UsageID(contract ID, year int) ID { return ID(fmt.Sprintf("%s/usage/%d", contract, year)) }

// usageRows is what may happen to a year's usage. What it does not list is refused.
var usageRows = []row{
	{[]State{New}, plan, Planned, nil, nil, []string{planned}},
	{[]State{Planned, Presented}, Count, "", nil, nil, nil},
	{[]State{Planned}, Present, Presented, nil, []*rule{counted}, []string{reported}},
}

var counted = &rule{Says: "some usage is counted", About: workflow.Thing, Holds: func(d *decision) bool { return len(d.usage.Used) > 0 }}

var usages = newKind("usage", usageRows, map[Action]func(*decision){
	plan: (*decision).planUsage, Count: (*decision).count, Present: (*decision).present,
}, map[Action]string{plan: "planned", Count: "counted", Present: "presented"})

// UsageWorkflow returns what may happen to a year's usage. What it does not list is refused.
func UsageWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Planned, Presented}, Starts: []State{New}, Ends: []State{Presented}, Rows: usages.table.Transitions(),
	}
}

func (p *Policy) doUsage(u Usage, contract *Contract, c Command) (Usage, []townclerk.Event, error) {
	u.Record, u.Used = cloneRecord(u.Record), slices.Clone(u.Used)
	d := &decision{p: p, k: usages, r: &u.Record, c: &c, usage: &u}
	d.under(contract)
	events, err := d.carryOut()
	if err != nil {
		return Usage{}, nil, err
	}
	return u, events, nil
}

func (d *decision) planUsage() {
	u := d.usage
	u.ID, u.Contract, u.Vendor, u.Year, u.Addressee = UsageID(d.contract.ID, d.c.Year), d.contract.ID, d.contract.Vendor, d.c.Year, d.p.addressee
	d.begin(map[string]string{"class": classUsage, "vendor": u.Vendor})
}

func (d *decision) count() {
	u := d.usage
	if len(d.c.Used) == 0 {
		d.fail("used", "missing; say what was used")
	}
	from, to := d.p.Year(u.Year)
	for i, used := range d.c.Used {
		field := fmt.Sprintf("used[%d]", i+1)
		if d.need(field+".measure", used.Measure, "name one of [measures]") {
			d.known(field+".measure", tableMeasures, used.Measure)
		}
		used.From, used.To = service.Micro(used.From), service.Micro(used.To)
		switch {
		case !used.To.After(used.From):
			d.fail(field+".to", "%s is not after %s", service.Stamp(used.To), service.Stamp(used.From))
		case used.From.Before(from) || used.To.After(to):
			d.fail(field+".from", "it is not within the year, from %s to %s", service.Stamp(from), service.Stamp(to))
		}
		if used.Quantity < 0 {
			d.fail(field+".quantity", "%d is less than nothing", used.Quantity)
		}
		if used.Cost != (townclerk.Money{}) && used.Cost.Currency != d.currency() {
			d.fail(field+".cost", "%v is not in the contract's currency, %s", used.Cost, d.currency())
		} else if used.Cost.Minor < 0 {
			d.fail(field+".cost", "%v is less than nothing", used.Cost)
		}
		d.strikeUsed(field, used)
		d.summable(field, used)
		u.Used = append(u.Used, used)
	}
}

// summable notes a problem if the year's total would be more than can be written down.
func (d *decision) summable(field string, used Used) {
	quantity, cost, _ := d.usage.total(used.Measure)
	if used.Quantity > math.MaxInt64-quantity {
		d.fail(field+".quantity", "%d are too many to be summed with the year's %d", used.Quantity, quantity)
	}
	if _, err := cost.Add(used.Cost); err != nil && cost.Currency == used.Cost.Currency {
		d.fail(field+".cost", "%v", err)
	}
}

// strikeUsed makes place for a quantity of a time that is counted already: with a reason,
// of the very same time.
func (d *decision) strikeUsed(field string, used Used) {
	for i := range d.usage.Used {
		o := &d.usage.Used[i]
		switch {
		case o.Measure != used.Measure || !o.Struck.IsZero() || !o.From.Before(used.To) || !used.From.Before(o.To):
		case d.c.Reason != "" && o.From.Equal(used.From) && o.To.Equal(used.To):
			o.Struck = d.At
		default:
			d.fail(field+".from", "%s is counted already for a part of that time; to put it right, count the same time anew, with a reason", used.Measure)
		}
	}
}

func (d *decision) present() {
	u := d.usage
	u.Text, u.By, u.Role, u.Presented = d.c.Text, d.c.By, d.c.Role, d.At
}
