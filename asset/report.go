package asset

import (
	"context"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// ChangeReport is the report of changes that the policy has made to a role, such as
// Procurement and Logistics (RA-38, RA-39).
type ChangeReport struct {
	To      string           // the role to whom it is made
	Period  townclerk.Period // in which the changes became known; zero: all that are owed at Now
	Now     time.Time
	Changes []Changed // in the order in which they have to be reported

	policy *Policy
}

// Changed is a change that has to be reported, or was.
type Changed struct {
	ID       ID
	Licence  bool // it is one of a licence, not of an asset
	Number   string
	Name     string
	Kind     string // of an asset
	Unit     string
	Entry    Entry
	Known    time.Time // since when it has to be reported: when it was made, or notice of it came
	Due      time.Time // zero: no promise says by when
	State    sla.State // of the promise to report it
	Breached time.Time // since when it was overdue; else zero
}

// Changes returns the changes of an asset that have to be reported or were, and how
// that stands at now, in the order of recording. Those that were struck out before
// they were reported are left out.
func (p *Policy) Changes(a Asset, now time.Time) ([]Changed, error) {
	return p.changed(Changed{ID: a.ID, Number: a.Number, Name: a.Facts.Name, Kind: a.Facts.Kind, Unit: a.Facts.Unit}, a.History, now)
}

// LicenceChanges is Changes for a licence.
func (p *Policy) LicenceChanges(l Licence, now time.Time) ([]Changed, error) {
	return p.changed(Changed{ID: l.ID, Licence: true, Number: l.Number, Name: l.Name, Unit: l.Unit}, l.History, now)
}

func (p *Policy) changed(of Changed, history []Entry, now time.Time) ([]Changed, error) {
	var all []Changed
	for _, e := range cloneHistory(history) {
		if e.Change == "" || len(e.Log) == 0 || e.Report == nil && !e.owes() {
			continue
		}
		a, err := p.book.Assess(e.timeline(of.ID, ""), now)
		if err != nil {
			return nil, err
		}
		c := of
		c.Entry, c.Known = e, e.Log[0].At
		for i := range a.Clocks {
			if clock := &a.Clocks[i]; slices.Contains(clock.Target.Traits().Meets, reported) {
				c.Due, c.State, c.Breached = clock.Due.UTC(), clock.State, clock.Breached.UTC()
			}
		}
		if c.Breached.IsZero() {
			c.Breached = time.Time{}
		}
		all = append(all, c)
	}
	return all, nil
}

// Report returns the report of the changes that became known in a period, whether they
// were reported since or not; of the zero Period, those of which a report is owed. It
// reads each asset and licence once. That it was sent is told with the action Report,
// to each asset and licence.
func (v *Inventory) Report(ctx context.Context, tenant townclerk.Tenant, in townclerk.Period) (*ChangeReport, error) {
	now := v.stamp(Command{}).Recorded
	r := &ChangeReport{To: v.policy.reporting.to, Period: in, Now: now, policy: v.policy}
	owed := in == townclerk.Period{}
	for a, err := range v.All(ctx, tenant, Query{Owing: owed}) {
		if err == nil {
			err = r.add(v.policy.Changes(a, now))
		}
		if err != nil {
			return nil, err
		}
	}
	for l, err := range townclerk.All(func(after string) (townclerk.Page[Licence], error) {
		return v.store.Licences().List(ctx, tenant, LicenceQuery{Owing: owed, After: after})
	}) {
		if err == nil {
			err = r.add(v.policy.LicenceChanges(l, now))
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(r.Changes, func(a, b Changed) int { return a.Known.Compare(b.Known) })
	return r, nil
}

// add adds the changes that the report tells of.
func (r *ChangeReport) add(changes []Changed, err error) error {
	for _, c := range changes {
		if r.Period == (townclerk.Period{}) && c.Entry.Report == nil || r.Period.Contains(c.Known) {
			r.Changes = append(r.Changes, c)
		}
	}
	return err
}

// In puts the report into the language of a locale; see [sla.LanguageFor]. It has one
// table, "changes", which [report.Document.CSV] writes. What the policy gives titles to
// is called by these. The function returns the name of an actor; nil, or an empty name:
// the actor's id.
func (r *ChangeReport) In(locale string, name func(townclerk.Actor) string) *report.Document {
	l, zone := sla.LanguageFor(locale), r.policy.promises.Zone()
	word := func(key string) string { return reportWords[l.Tag()][key] }
	title := func(table, id string) report.Cell {
		if id == "" {
			return report.Cell{}
		}
		return report.Data(r.policy.Title(table, id, l.Tag()))
	}
	d := &report.Document{Language: l, Title: word("title"), Facts: []report.Fact{{Label: word("to"), Value: title(tableRoles, r.To)}}}
	if r.Period == (townclerk.Period{}) {
		d.Facts = append(d.Facts, report.Fact{Label: word("as-of"), Value: report.Time(r.Now, zone)})
	} else {
		d.Facts = append(d.Facts, report.PeriodFacts(l, r.Period, r.Now, zone)...)
	}
	t := report.Table{Name: "changes", Title: word("changes")}
	for _, key := range []string{"number", "name", "kind", "change", "at", "notice", "by", "facts", "reason", "document", "due", "reported", "state"} {
		t.Columns = append(t.Columns, report.Column{Label: word(key)})
	}
	for i := range r.Changes {
		c := &r.Changes[i]
		e := &c.Entry
		kind := title(tableKinds, c.Kind)
		if c.Licence {
			kind = report.Word(word("licence"))
		}
		var sent time.Time
		if e.Report != nil {
			sent = e.Report.At
		}
		t.Rows = append(t.Rows, []report.Cell{
			report.Data(c.Number), report.Data(c.Name), kind, title(tableChanges, e.Change), report.Time(e.At, zone), report.Time(e.Notice, zone),
			report.Actor(e.By, name), report.Data(r.policy.told(e, l)), report.Data(e.Reason), report.Data(e.Reference),
			report.Time(c.Due, zone), report.Time(sent, zone), report.Word(l.State(c.State)),
		})
	}
	d.Tables = []report.Table{t}
	return d
}

// told says which facts an entry set, as in "Unit: Library → Archive; …".
func (p *Policy) told(e *Entry, l *sla.Language) string {
	text := ""
	if e.Void {
		text = reportWords[l.Tag()]["void"]
	}
	for _, f := range e.Set {
		if f.Was == f.Is {
			continue
		}
		was, is := p.value(f.Key, f.Was, l), p.value(f.Key, f.Is, l)
		if text != "" {
			text += "; "
		}
		text += p.Title(tableFacts, f.Key, l.Tag()) + ": "
		if was != "" {
			text += was + " → "
		}
		text += is
		if is == "" {
			text += "–"
		}
	}
	return text
}

// value is a fact as people read it.
func (p *Policy) value(key, value string, l *sla.Language) string {
	if value == "" {
		return ""
	}
	switch key {
	case keyUnit:
		return p.Title(tableUnits, value, l.Tag())
	case keyLocation:
		return p.Title(tableLocations, value, l.Tag())
	case keyKind:
		return p.Title(tableKinds, value, l.Tag())
	case keyBought, keyWarranty:
		if at, err := parseInstant(value, p.promises.Zone()); err == nil {
			return l.Time(at.In(p.promises.Zone()))
		}
	}
	return value
}

// reportWords is what the report says, in the languages that there are, by their tags:
// see [sla.Languages].
var reportWords = map[string]map[string]string{
	"en": {
		"title": "Report of changes of the inventory", "to": "To", "as-of": "Owed at", "changes": "Changes", "number": "Number", "name": "Name",
		"kind": "Kind", "change": "Change", "at": "When", "notice": "Notice came", "by": "By", "facts": "What changed", "reason": "Reason",
		"document": "Document", "due": "To be reported by", "reported": "Reported", "state": "Report", "licence": "licence", "void": "struck out",
	},
	"fa": {
		"title": "گزارش تغییرات اموال رایانه\u200cای", "to": "گیرنده", "as-of": "بدهی گزارش در", "changes": "تغییرات", "number": "شماره", "name": "نام",
		"kind": "نوع", "change": "تغییر", "at": "زمان", "notice": "زمان اطلاع", "by": "اقدام\u200cکننده", "facts": "موارد تغییر", "reason": "دلیل",
		"document": "سند", "due": "مهلت گزارش", "reported": "زمان گزارش", "state": "گزارش", "licence": "مجوز", "void": "حذف\u200cشده",
	},
	"he": {
		"title": "דוח שינויים באינוונטר", "to": "אל", "as-of": "דיווחים נדרשים נכון ל־", "changes": "שינויים", "number": "מספר", "name": "שם",
		"kind": "סוג", "change": "שינוי", "at": "מועד", "notice": "התקבלה הודעה", "by": "על ידי", "facts": "מה השתנה", "reason": "סיבה",
		"document": "מסמך", "due": "לדווח עד", "reported": "דווח", "state": "דיווח", "licence": "רישיון", "void": "בוטל",
	},
	"pl": {
		"title": "Raport zmian w inwentarzu", "to": "Do", "as-of": "Należne na", "changes": "Zmiany", "number": "Numer", "name": "Nazwa",
		"kind": "Rodzaj", "change": "Zmiana", "at": "Kiedy", "notice": "Zawiadomienie", "by": "Kto", "facts": "Co się zmieniło", "reason": "Powód",
		"document": "Dokument", "due": "Zgłosić do", "reported": "Zgłoszono", "state": "Zgłoszenie", "licence": "licencja", "void": "wykreślono",
	},
	"sr": {
		"title": "Извештај о променама инвентара", "to": "За", "as-of": "Обавезе на дан", "changes": "Промене", "number": "Број", "name": "Назив",
		"kind": "Врста", "change": "Промена", "at": "Када", "notice": "Обавештење", "by": "Ко", "facts": "Шта је промењено", "reason": "Разлог",
		"document": "Документ", "due": "Пријавити до", "reported": "Пријављено", "state": "Пријава", "licence": "лиценца", "void": "поништено",
	},
}
