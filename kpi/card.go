package kpi

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Card is the card of a process, or a procedure: who does what by which rules, in all
// its versions. Its Began is when the first of them was recorded.
//
// Versions lie on two axes of time: from when one is in force, and when it was
// recorded. What was printed of them may overlap: nobody is to rely on that one
// ends as the next begins. [Card.AsOf] says what was in force, as far as was known.
type Card struct {
	Record
	Key      string    `json:"key,omitzero"`      // one of the policy's cards, or a key of its own
	Versions []Version `json:"versions,omitzero"` // in the order in which they were recorded
	Draft    *Version  `json:"draft,omitzero"`    // of the next version, which is being signed; nil: there is none
	Before   int       `json:"before,omitzero"`   // how many versions there were before these, of which nothing else is known

	Ended     worktime.Date `json:"ended,omitzero"`     // from when it is in force no more; zero: it is
	Withdrawn time.Time     `json:"withdrawn,omitzero"` // when that was recorded; zero: it was not
}

// Version is a version of a card.
type Version struct {
	From     worktime.Date `json:"from,omitzero"`     // from when it is in force
	Recorded time.Time     `json:"recorded,omitzero"` // when it was put into force; zero: not known
	Replaced time.Time     `json:"replaced,omitzero"` // when the next one was; zero: it was not
	By       string        `json:"by,omitempty"`      // who changed it then: an actor or a role
	Reason   string        `json:"reason,omitempty"`  // why it replaced the one before
	Link     string        `json:"link,omitempty"`    // where it is kept
	Text     *Text         `json:"text,omitempty"`    // nil: it is only kept elsewhere
	Drafted  time.Time     `json:"drafted,omitzero"`  // when it was written, to be signed
	Signed   []Signature   `json:"signed,omitempty"`
}

// Former is a version that is in force no more, as a card's history prints it (KA-18).
type Former struct {
	From     worktime.Date `json:"from,omitzero"`
	Replaced time.Time     `json:"replaced,omitzero"` // when its page was replaced
	By       string        `json:"by,omitempty"`
	Link     string        `json:"link,omitempty"`
}

// Signature says who signed a version.
type Signature struct {
	As   string          `json:"as,omitzero"`    // what for: one of the card's signatures, such as "approved"
	Role string          `json:"role,omitempty"` // in which it was given
	By   townclerk.Actor `json:"by,omitzero"`
	At   time.Time       `json:"at,omitzero"`
}

// Text is what a version of a card says, in one language.
type Text struct {
	Language   string          `json:"language,omitzero"` // such as "pl"
	Title      string          `json:"title,omitzero"`
	Symbol     string          `json:"symbol,omitzero"`    // such as PR-10
	Annex      string          `json:"annex,omitempty"`    // what it is an annex to
	Category   Category        `json:"category,omitempty"` // empty: it has none
	Owner      string          `json:"owner,omitzero"`     // the role
	Person     townclerk.Actor `json:"person,omitempty"`   // who has that role
	Units      []string        `json:"units,omitempty"`    // that execute it: of the policy
	Scope      string          `json:"scope,omitempty"`
	Aim        string          `json:"aim,omitempty"`
	Duties     []RoleText      `json:"duties,omitempty"` // of roles
	Tasks      []string        `json:"tasks,omitempty"`
	Steps      []RoleText      `json:"steps,omitempty"` // in order, with the roles that do them
	Sections   []Section       `json:"sections,omitempty"`
	Inputs     []string        `json:"inputs,omitempty"`
	Outputs    []string        `json:"outputs,omitempty"`
	References []Reference     `json:"references,omitempty"`
	Glossary   []Term          `json:"glossary,omitempty"`
	Records    []string        `json:"records,omitempty"` // none: it declares that there are none
	Annexes    []string        `json:"annexes,omitempty"`
	Indicators []string        `json:"indicators,omitempty"` // of the policy
	Signatures []Signer        `json:"signatures,omitempty"`
	Controlled bool            `json:"controlled,omitempty"` // copies need to be released (SG-02)
	Releasers  []string        `json:"releasers,omitempty"`  // the roles that may do so
}

// Category is the kind of a process.
type Category string

// The categories.
const (
	Main       Category = "main"
	Management Category = "management"
	Supporting Category = "supporting"
)

// RoleText is what a role does.
type RoleText struct {
	Role string `json:"role,omitempty"`
	Text string `json:"text,omitzero"`
}

// Section is something else that a card says.
type Section struct {
	Title string   `json:"title,omitzero"`
	Text  []string `json:"text,omitempty"`
	List  []string `json:"list,omitempty"`
}

// Reference is a rule by which a process goes.
type Reference struct {
	Title    string         `json:"title,omitzero"`
	Document string         `json:"document,omitempty"` // by which it was made, such as an order
	Number   string         `json:"number,omitempty"`
	Date     *worktime.Date `json:"date,omitempty"`
	Amended  bool           `json:"amended,omitempty"` // with later changes
}

// Term is a word and what it means.
type Term struct {
	Term  string `json:"term,omitzero"`
	Means string `json:"means,omitzero"`
}

// Signer is a signature that a card needs.
type Signer struct {
	As   string `json:"as,omitzero"`   // such as "prepared" or "approved"
	Role string `json:"role,omitzero"` // that signs
}

// Revision returns the number of a version, which is how many there were before, and one
//
func (c *Card) Revision(version int) int { return c.Before + version + 1 }

// AsOf returns the version that was in force on a date, as far as that was known at an
// instant; its index in Versions is for [Card.Revision]. Of several that say so, the one
// that was recorded last counts. ok is false if there was none.
func (c *Card) AsOf(on worktime.Date, known time.Time) (version int, ok bool) {
	if c.withdrawn(known) && on.Compare(c.Ended) >= 0 {
		return 0, false
	}
	for i := len(c.Versions) - 1; i >= 0; i-- {
		if v := &c.Versions[i]; v.From.Compare(on) <= 0 && !v.Recorded.After(known) {
			return i, true
		}
	}
	return 0, false
}

// withdrawn reports whether it was known at an instant that the card is withdrawn.
func (c *Card) withdrawn(known time.Time) bool {
	return !c.Withdrawn.IsZero() && !c.Withdrawn.After(known)
}

func (c *Card) clone() {
	c.Record, c.Versions = cloneRecord(c.Record), slices.Clone(c.Versions)
	if c.Draft != nil {
		draft := *c.Draft
		draft.Signed = slices.Clone(draft.Signed)
		c.Draft = &draft // a Text is never changed
	}
}

// CardID returns the id of the card with a key, so that there is one.
func CardID(key string) ID { return ID("card/" + key) }

var (
	signedAll = &rule{Says: "all signatures are given", About: workflow.Command, Holds: func(d *decision) bool {
		draft := d.card.Draft
		return draft == nil || len(draft.Signed) == len(draft.Text.Signatures)
	}}
	isDrafted = &rule{Says: "there is a draft", About: workflow.Thing, Holds: func(d *decision) bool { return d.card.Draft != nil }}

	// A new version says why; the first has no other to differ from.
	saysWhy = &rule{Says: "a reason is given, unless it is the first version", About: workflow.Command, Holds: func(d *decision) bool {
		return d.c.Reason != "" || len(d.card.Versions) == 0
	}}

	signs = &rule{Says: "a signature of the role is missing", About: workflow.Person, Holds: func(d *decision) bool {
		return d.card.Draft != nil && len(d.card.Draft.unsigned(d.c.Role)) > 0
	}}
)

// given reports whether a signature is the one that a card needs.
func (s Signer) given(done Signature) bool {
	return done.As == s.As && (done.Role == s.Role || done.Role == "") // one that was entered may not say
}

// unsigned returns the signatures that are missing of a role.
func (v *Version) unsigned(role string) []string {
	var missing []string
	for _, s := range v.Text.Signatures {
		if s.Role == role && !slices.ContainsFunc(v.Signed, s.given) {
			missing = append(missing, s.As)
		}
	}
	return missing
}

// cardRows is what may happen to cards. What it does not list is refused.
var cardRows = []row{
	{[]State{New}, Enter, Issued, nil, nil, []string{issued}},
	{[]State{New, Drafted}, Draft, Drafted, nil, []*rule{saysWhy}, []string{drafted}},
	{[]State{Issued}, Draft, "", nil, []*rule{saysWhy}, []string{drafted}},
	{[]State{Drafted}, Sign, Issued, signedAll, []*rule{isDrafted, signs}, nil},
	{[]State{Drafted}, Sign, "", nil, []*rule{isDrafted, signs}, nil},
	{[]State{Issued}, Sign, "", nil, []*rule{isDrafted, signs}, nil},
	{[]State{Drafted, Issued}, Withdraw, Withdrawn, nil, []*rule{reasoned}, []string{calledOff}},
}

var cards = newKind("card", cardRows, map[Action]func(*decision){
	Enter: (*decision).enterCard, Draft: (*decision).draft, Sign: (*decision).sign, Withdraw: (*decision).withdraw,
}, map[Action]string{Enter: "entered", Draft: "drafted", Sign: "signed", Withdraw: "withdrawn"})

// CardWorkflow returns what may happen to cards. What it does not list is refused.
func CardWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Drafted, Issued, Withdrawn}, Starts: []State{New}, Ends: []State{Withdrawn}, Rows: cards.table.Transitions(),
	}
}

// NewCard returns a card under its key, entered or drafted as c.Do says, and the event
// that this is.
func (p *Policy) NewCard(key string, c Command) (Card, []townclerk.Event, error) {
	return p.DoCard(Card{Record: Record{ID: CardID(key), State: New}, Key: key}, c)
}

// DoCard carries out a command on a card, as [Policy.DoMeasurement] does on a
// measurement.
func (p *Policy) DoCard(card Card, c Command) (Card, []townclerk.Event, error) {
	card.clone()
	d := &decision{p: p, k: cards, r: &card.Record, c: &c, card: &card}
	events, err := d.carryOut()
	if err != nil {
		return Card{}, nil, err
	}
	return card, events, nil
}

// version checks what a card is to say.
func (d *decision) version() (Version, bool) {
	if d.c.Card == nil || d.c.Card.Text == nil {
		d.fail("card", "missing; say from when it is in force, and what it says")
		return Version{}, false
	}
	v := *d.c.Card
	if !v.From.Valid() {
		d.fail("card.from", "%s is no date; say from when it is in force", v.From)
	}
	if err := v.Text.check(); err != nil {
		d.fail("card.text", "%v", err)
	}
	if d.c.Do == Draft && len(v.Text.Signatures) == 0 {
		d.fail("card.text", "it needs no signature, so that nobody would put it in force; name at least one")
	}
	d.checkNames(v.Text)
	v.Signed, v.Reason = slices.Clone(v.Signed), d.c.Reason
	v.Replaced, v.By = time.Time{}, "" // no other has come after it
	return v, len(d.problems) == 0
}

// check returns what a text lacks, joined.
func (t *Text) check() error {
	var errs []error
	for _, field := range []struct{ key, value string }{{"language", t.Language}, {"title", t.Title}, {"symbol", t.Symbol}, {"owner", t.Owner}} {
		if field.value == "" {
			errs = append(errs, fmt.Errorf("it has no %s", field.key))
		}
	}
	switch t.Category {
	case "", Main, Management, Supporting:
	default:
		errs = append(errs, fmt.Errorf("%q is no category; write %q, %q or %q", t.Category, Main, Management, Supporting))
	}
	if len(t.Units) == 0 {
		errs = append(errs, errors.New("it names no unit that executes it"))
	}
	if t.Controlled && len(t.Releasers) == 0 {
		errs = append(errs, errors.New("its copies are controlled, and no role may release them"))
	}
	for i, s := range t.Signatures {
		if slices.Contains(t.Signatures[:i], s) {
			errs = append(errs, fmt.Errorf("%s as %q signs twice", s.Role, s.As))
		}
	}
	return errors.Join(errs...)
}

// checkNames notes what a text names and the policy does not have.
func (d *decision) checkNames(t *Text) {
	roles := append([]string{t.Owner}, t.Releasers...)
	for _, r := range slices.Concat(t.Duties, t.Steps) {
		roles = append(roles, r.Role)
	}
	known := d.p.knownRoles()
	for _, role := range roles {
		if role != "" && !slices.Contains(known, role) {
			d.fail("card.text", "no role is named %q%s", role, tomldoc.Suggest(role, known))
		}
	}
	for _, s := range t.Signatures {
		if !d.p.mayDo(s.Role, Sign) {
			d.fail("card.text", "it needs a signature of %q, and that role may not sign", s.Role)
		}
	}
	for _, id := range t.Units {
		d.known("card.text", tableUnits, id)
	}
	for _, id := range t.Indicators {
		d.known("card.text", tableIndicators, id)
	}
}

// enterCard enters a card as it stands, with what is known of its versions before.
func (d *decision) enterCard() {
	v, ok := d.version()
	if !ok {
		return
	}
	var replaced time.Time
	for i, f := range d.c.Former {
		here := fmt.Sprintf("former[%d].", i+1)
		switch {
		case !f.From.Valid():
			d.fail(here+"from", "%s is no date", f.From)
		case !f.Replaced.After(replaced):
			d.fail(here+"replaced", "%s is not after the version before was, at %s; the oldest comes first", service.Stamp(f.Replaced), service.Stamp(replaced))
		case f.Replaced.After(d.Recorded):
			d.fail(here+"replaced", "%s is after it is written down, at %s", service.Stamp(f.Replaced), service.Stamp(d.Recorded))
		}
		replaced = f.Replaced
	}
	switch {
	case d.c.Before < 0:
		d.fail("before", "%d is no number of versions", d.c.Before)
	case v.Recorded.IsZero():
	case v.Recorded.Before(replaced):
		d.fail("card.recorded", "%s is before the version before was replaced, at %s", service.Stamp(v.Recorded), service.Stamp(replaced))
	case v.Recorded.After(d.Recorded):
		d.fail("card.recorded", "%s is after it is written down, at %s", service.Stamp(v.Recorded), service.Stamp(d.Recorded))
	}
	d.card.Before, d.card.Versions = d.c.Before, versions(d.c.Former, v)
	d.beginCard()
}

// versions returns the former versions and the one after them: each was recorded as the
// one before was replaced.
func versions(former []Former, last Version) []Version {
	var all []Version
	var recorded time.Time
	for _, f := range former {
		all = append(all, Version{From: f.From, Recorded: recorded, Replaced: f.Replaced.UTC(), By: f.By, Link: f.Link})
		recorded = f.Replaced.UTC()
	}
	if last.Recorded = last.Recorded.UTC(); last.Recorded.IsZero() {
		last.Recorded = recorded
	}
	return append(all, last)
}

func (d *decision) beginCard() {
	if d.r.Began.IsZero() {
		d.r.Began = d.At
		d.begin(map[string]string{"class": classCard})
	}
}

// draft keeps the next version until it is signed; one before that was not, it replaces.
func (d *decision) draft() {
	v, ok := d.version()
	if !ok {
		return
	}
	v.Drafted, v.Recorded, v.Signed = d.At, time.Time{}, nil
	d.card.Draft = &v
	d.beginCard()
}

// sign gives the signatures of a role. The last puts the draft in force.
func (d *decision) sign() {
	draft := d.card.Draft
	if d.At.Before(draft.Drafted) {
		d.fail("at", "%s is before that was written which is signed, at %s", service.Stamp(d.At), service.Stamp(draft.Drafted))
		return
	}
	for _, as := range draft.unsigned(d.c.Role) {
		draft.Signed = append(draft.Signed, Signature{As: as, Role: d.c.Role, By: d.c.By, At: d.At})
	}
	if len(draft.Signed) < len(draft.Text.Signatures) {
		return
	}
	draft.Recorded = d.Recorded
	if n := len(d.card.Versions); n > 0 {
		d.card.Versions[n-1].Replaced, d.card.Versions[n-1].By = d.Recorded, string(d.c.By)
	}
	d.card.Versions = append(d.card.Versions, *draft)
	d.card.Draft = nil
	d.event.Kind = issued
	d.more = append(d.more, d.event)
}

// withdraw has the card be in force no more, from the day on which that is so. A draft of it
// is dropped.
func (d *decision) withdraw() {
	d.card.Ended, d.card.Withdrawn, d.card.Draft = dateIn(d.At, d.p.zone()), d.Recorded, nil
}
