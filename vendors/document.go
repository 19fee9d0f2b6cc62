package vendors

import (
	"fmt"
	"iter"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// writer puts together a document of this package.
type writer struct {
	*report.Document
	p     *Policy
	words map[string]string
}

// writer begins a document in a language, of which there are those of package sla.
func (p *Policy) writer(locale, title string, more ...any) writer {
	language := sla.LanguageFor(locale)
	w := writer{p: p, words: documentWords[language.Tag()]}
	w.Document = &report.Document{Language: language, Title: fmt.Sprintf(w.words[title], more...)}
	return w
}

func (w *writer) fact(label string, value report.Cell) {
	w.Facts = append(w.Facts, report.Fact{Label: w.words[label], Value: value})
}

func (w *writer) titled(table, id string) report.Cell {
	if id == "" {
		return report.Cell{}
	}
	return report.Data(w.p.Title(table, id, w.Language.Tag()))
}

// state is what the policy calls a state, or else the language.
func (w *writer) state(s State) report.Cell {
	if title := w.p.titles.Of(tableStates, string(s))[w.Language.Tag()]; title != "" {
		return report.Data(title)
	}
	return report.Word(w.words["state."+string(s)])
}

func (w *writer) column(label, unit string) report.Column {
	return report.Column{Label: w.words[label], Unit: unit}
}

// Summary returns a year's usage as it is presented, with the year before beside it
// (TE-13, A-27): each measure's quantity and cost in both, and how it changed. Before is
// nil where nothing is known of that year.
func (p *Policy) Summary(locale string, c Contract, u Usage, before *Usage) *report.Document {
	w := p.writer(locale, "usage", u.Year)
	w.contract(&c)
	w.fact("addressee", w.titled(tableRoles, u.Addressee))
	w.fact("presented", report.Time(u.Presented, p.zone()))
	currency := c.Agreed[0].Currency
	table := report.Table{Name: "usage", Title: w.words["measures"], Columns: []report.Column{
		w.column("measure", ""), w.column("this year", ""), w.column("year before", ""), w.column("change", ""), w.column("change in percent", report.Percents),
		w.column("cost", currency), w.column("cost, year before", currency),
	}}
	var none Usage
	if before == nil {
		before = &none
	}
	for _, id := range p.titles.IDs(tableMeasures) {
		now, cost, used := u.total(id)
		then, costThen, usedThen := before.total(id)
		if !used && !usedThen {
			continue
		}
		row := []report.Cell{w.titled(tableMeasures, id), report.Number(now), {}, {}, {}, report.Money(cost), report.Money(costThen)}
		if usedThen {
			row[2], row[3] = report.Number(then), report.Number(now-then)
			row[4] = report.Percent(townclerk.Ratio{N: now - then, D: then}, 1)
		}
		table.Rows = append(table.Rows, row)
	}
	w.Tables = append(w.Tables, table)
	if u.Text != "" {
		w.Notes = append(w.Notes, report.Data(u.Text))
	}
	return w.Document
}

func (w *writer) contract(c *Contract) {
	w.fact("vendor", w.titled(tableVendors, c.Vendor))
	w.fact("contract", report.Data(c.name()))
	if c.Subject != "" {
		w.fact("subject", report.Data(c.Subject))
	}
}

// total returns how much of something was used in the year, what that cost, and whether
// anything is known of it. That they can be added is seen to as they are counted.
func (u *Usage) total(measure string) (quantity int64, cost townclerk.Money, known bool) {
	for _, used := range u.Used {
		if used.Measure != measure || !used.Struck.IsZero() {
			continue
		}
		known = true
		quantity += used.Quantity
		if used.Cost == (townclerk.Money{}) {
			continue
		}
		if cost.Currency == "" {
			cost.Currency = used.Cost.Currency
		}
		sum, err := cost.Add(used.Cost)
		if err != nil {
			continue
		}
		cost = sum
	}
	return quantity, cost, known
}

// Ledger returns what a contract cost in a fiscal year (TE-11): the frame and what of it
// is committed and free, and each invoice with what of it was paid. Invoices of other
// contracts and years are skipped; an error of the sequence comes back.
func (p *Policy) Ledger(locale string, c Contract, f Frame, invoices iter.Seq2[Invoice, error]) (*report.Document, error) {
	w := p.writer(locale, "ledger", f.Year)
	w.contract(&c)
	currency := c.Agreed[0].Currency
	paid := townclerk.Money{Currency: currency}
	table := report.Table{Name: "invoices", Title: w.words["invoices"], Columns: []report.Column{
		w.column("number", ""), w.column("vendor's number", ""), w.column("dated", ""), w.column("state", ""), w.column("asked", currency), w.column("approved", currency),
		w.column("paid", currency),
	}}
	for v, err := range invoices {
		if err != nil {
			return nil, err
		}
		if v.Contract != f.Contract || v.Year != f.Year {
			continue
		}
		if paid, err = paid.Add(v.Paid); err != nil {
			return nil, err
		}
		table.Rows = append(table.Rows, []report.Cell{
			report.Data(v.name()), report.Data(v.Reference), report.Time(v.Dated, p.zone()), w.state(v.State),
			report.Money(v.Amount), report.Money(v.approved()), report.Money(v.Paid),
		})
	}
	committed, err := f.Committed()
	if err != nil {
		return nil, err
	}
	committed.Currency = currency
	w.fact("frame", report.Money(f.Amount))
	w.fact("committed", report.Money(committed))
	if f.State == Set {
		free, err := f.Amount.Sub(committed)
		if err != nil {
			return nil, err
		}
		w.fact("free", report.Money(free))
	} else {
		w.Notes = append(w.Notes, report.Word(w.words["no frame"]))
	}
	w.fact("paid", report.Money(paid))
	w.Tables = append(w.Tables, table)
	return w.Document, nil
}

// approved returns what is due of an invoice that is approved; the zero Money of others.
func (v *Invoice) approved() townclerk.Money {
	if v.State == Approved || v.State == Sent || v.State == Paid {
		return v.Due
	}
	return townclerk.Money{}
}

// Scores returns scorecards as a document: each vendor's calls, and how often it kept
// each target.
func (p *Policy) Scores(locale string, period townclerk.Period, now time.Time, cards []Scorecard) *report.Document {
	w := p.writer(locale, "scorecard")
	w.Facts = report.PeriodFacts(w.Language, period, now, p.zone())
	calls := report.Table{Name: "calls", Title: w.words["calls"], Columns: []report.Column{
		w.column("vendor", ""), w.column("opened", ""), w.column("verified", ""), w.column("withdrawn", ""), w.column("disputed", ""), w.column("uncovered", ""),
	}}
	targets := report.Table{Name: "targets", Title: w.words["targets"], Columns: []report.Column{
		w.column("vendor", ""), w.column("target", ""), w.column("met", ""), w.column("missed", ""), w.column("running", ""), w.column("kept", report.Percents),
	}}
	for _, card := range cards {
		vendor := w.titled(tableVendors, card.Vendor)
		calls.Rows = append(calls.Rows, []report.Cell{
			vendor, report.Number(card.Calls), report.Number(card.Over), report.Number(card.Withdrawn), report.Number(card.Disputed), report.Number(card.Uncovered),
		})
		for _, s := range card.Scores {
			targets.Rows = append(targets.Rows, []report.Cell{
				vendor, report.Data(w.Language.Title(s.Target.Titles)), report.Number(s.Met), report.Number(s.Missed), report.Number(s.Running), report.Percent(s.Kept(), 1),
			})
		}
	}
	w.Tables = append(w.Tables, calls, targets)
	return w.Document
}

// documentWords is what documents say, in the languages that there are, by their tags:
// see [sla.Languages].
var documentWords = map[string]map[string]string{
	"en": {
		"usage": "Usage in %d", "ledger": "Payments and budget of %d", "scorecard": "Vendors and their calls",
		"vendor": "Vendor", "contract": "Contract", "subject": "Subject", "addressee": "For", "presented": "Presented", "measures": "Usage", "measure": "Measure",
		"this year": "This year", "year before": "Year before", "change": "Change", "change in percent": "Change in per cent", "cost": "Cost", "cost, year before": "Cost, year before",
		"invoices": "Invoices", "number": "Number", "vendor's number": "Vendor's number", "dated": "Dated", "state": "State", "asked": "Asked", "approved": "Approved", "paid": "Paid",
		"frame": "Budget frame", "committed": "Committed", "free": "Free", "no frame": "No budget frame is set for this year.",
		"calls": "Calls", "opened": "Opened", "verified": "Verified", "withdrawn": "Withdrawn", "disputed": "Disputed", "uncovered": "Without a contract",
		"targets": "Targets", "target": "Target", "met": "Met", "missed": "Missed", "running": "Running", "kept": "Kept",
		"state.received": "received", "state.examined": "examined", "state.approved": "approved", "state.sent": "sent to the treasury", "state.paid": "paid", "state.disputed": "disputed", "state.rejected": "rejected",
	},
	"fa": {
		"usage": "میزان استفاده در سال %d", "ledger": "پرداخت\u200cها و بودجهٔ سال %d", "scorecard": "پیمانکاران و درخواست\u200cهای آنان",
		"vendor": "پیمانکار", "contract": "قرارداد", "subject": "موضوع", "addressee": "گیرنده", "presented": "ارائه\u200cشده", "measures": "استفاده", "measure": "سنجه",
		"this year": "امسال", "year before": "سال پیش", "change": "تغییر", "change in percent": "درصد تغییر", "cost": "هزینه", "cost, year before": "هزینهٔ سال پیش",
		"invoices": "صورت\u200cحساب\u200cها", "number": "شماره", "vendor's number": "شمارهٔ پیمانکار", "dated": "تاریخ", "state": "وضعیت", "asked": "درخواستی", "approved": "تأییدشده", "paid": "پرداختی",
		"frame": "سقف بودجه", "committed": "تعهدشده", "free": "باقی\u200cمانده", "no frame": "برای این سال سقف بودجه\u200cای تعیین نشده است.",
		"calls": "درخواست\u200cها", "opened": "ثبت\u200cشده", "verified": "تأییدشده", "withdrawn": "پس\u200cگرفته", "disputed": "مورد اختلاف", "uncovered": "بدون قرارداد",
		"targets": "تعهدها", "target": "تعهد", "met": "رعایت\u200cشده", "missed": "نقض\u200cشده", "running": "در جریان", "kept": "درصد رعایت",
		"state.received": "دریافت\u200cشده", "state.examined": "بررسی\u200cشده", "state.approved": "تأییدشده", "state.sent": "ارسال\u200cشده به خزانه", "state.paid": "پرداخت\u200cشده", "state.disputed": "مورد اختلاف", "state.rejected": "ردشده",
	},
	"he": {
		"usage": "היקף השימוש בשנת %d", "ledger": "תשלומים ומסגרת תקציב לשנת %d", "scorecard": "הספקים והקריאות אליהם",
		"vendor": "ספק", "contract": "חוזה", "subject": "נושא", "addressee": "לידי", "presented": "הוצג", "measures": "היקף השימוש", "measure": "מדד",
		"this year": "השנה", "year before": "שנה קודמת", "change": "שינוי", "change in percent": "שינוי באחוזים", "cost": "עלות", "cost, year before": "עלות בשנה הקודמת",
		"invoices": "חשבוניות", "number": "מספר", "vendor's number": "מספר אצל הספק", "dated": "תאריך", "state": "סטטוס", "asked": "נדרש", "approved": "אושר", "paid": "שולם",
		"frame": "מסגרת תקציב", "committed": "התחייבויות", "free": "יתרה", "no frame": "לא הוגדרה מסגרת תקציב לשנה זו.",
		"calls": "קריאות", "opened": "נפתחו", "verified": "אומתו", "withdrawn": "בוטלו", "disputed": "במחלוקת", "uncovered": "ללא חוזה",
		"targets": "יעדים", "target": "יעד", "met": "עמדו ביעד", "missed": "לא עמדו ביעד", "running": "בטיפול", "kept": "שיעור עמידה",
		"state.received": "התקבלה", "state.examined": "נבדקה", "state.approved": "אושרה", "state.sent": "הועברה לגזברות", "state.paid": "שולמה", "state.disputed": "במחלוקת", "state.rejected": "נדחתה",
	},
	"pl": {
		"usage": "Wykorzystanie w roku %d", "ledger": "Płatności i budżet roku %d", "scorecard": "Dostawcy i ich zgłoszenia",
		"vendor": "Dostawca", "contract": "Umowa", "subject": "Przedmiot", "addressee": "Dla", "presented": "Przedstawiono", "measures": "Wykorzystanie", "measure": "Miara",
		"this year": "Ten rok", "year before": "Poprzedni rok", "change": "Zmiana", "change in percent": "Zmiana w procentach", "cost": "Koszt", "cost, year before": "Koszt w poprzednim roku",
		"invoices": "Faktury", "number": "Numer", "vendor's number": "Numer dostawcy", "dated": "Data", "state": "Stan", "asked": "Żądano", "approved": "Zatwierdzono", "paid": "Zapłacono",
		"frame": "Limit budżetu", "committed": "Zobowiązania", "free": "Pozostało", "no frame": "Na ten rok nie ustalono limitu budżetu.",
		"calls": "Zgłoszenia", "opened": "Otwarte", "verified": "Potwierdzone", "withdrawn": "Wycofane", "disputed": "Sporne", "uncovered": "Bez umowy",
		"targets": "Cele", "target": "Cel", "met": "Dotrzymane", "missed": "Niedotrzymane", "running": "W toku", "kept": "Dotrzymano",
		"state.received": "otrzymana", "state.examined": "sprawdzona", "state.approved": "zatwierdzona", "state.sent": "przekazana do skarbnika", "state.paid": "zapłacona", "state.disputed": "sporna", "state.rejected": "odrzucona",
	},
	"sr": {
		"usage": "Коришћење у %d. години", "ledger": "Плаћања и буџет за %d. годину", "scorecard": "Добављачи и позиви",
		"vendor": "Добављач", "contract": "Уговор", "subject": "Предмет", "addressee": "За", "presented": "Представљено", "measures": "Коришћење", "measure": "Мера",
		"this year": "Ова година", "year before": "Претходна година", "change": "Промена", "change in percent": "Промена у процентима", "cost": "Трошак", "cost, year before": "Трошак претходне године",
		"invoices": "Рачуни", "number": "Број", "vendor's number": "Број добављача", "dated": "Датум", "state": "Стање", "asked": "Тражено", "approved": "Одобрено", "paid": "Плаћено",
		"frame": "Оквир буџета", "committed": "Обавезе", "free": "Преостало", "no frame": "За ову годину није одређен оквир буџета.",
		"calls": "Позиви", "opened": "Отворени", "verified": "Потврђени", "withdrawn": "Повучени", "disputed": "Спорни", "uncovered": "Без уговора",
		"targets": "Рокови", "target": "Рок", "met": "Испуњено", "missed": "Пробијено", "running": "У току", "kept": "Удео испуњених",
		"state.received": "примљен", "state.examined": "прегледан", "state.approved": "одобрен", "state.sent": "послат благајни", "state.paid": "плаћен", "state.disputed": "споран", "state.rejected": "одбијен",
	},
}
