package sla

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	stdpath "path"
	"slices"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

// The files in a policy's folder that [Open] reads.
const (
	PolicyFile = "sla.toml"
	LockFile   = "sla.lock.toml" // see [Policy.Lock]; it may be absent
)

// Open reads the policy of a folder: sla.toml and, if it is there, sla.lock.toml.
// All mistakes come back as from [Parse].
func Open(folder fs.FS) (*Policy, error) { return open(folder, ".") }

func open(fsys fs.FS, dir string) (*Policy, error) {
	name, lockName := stdpath.Join(dir, PolicyFile), stdpath.Join(dir, LockFile)
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	locked, err := fs.ReadFile(fsys, lockName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Parse(data, name)
	case err != nil:
		return nil, err
	}
	return ParseLocked(data, name, locked, lockName)
}

// ParseLocked is Parse for a policy whose holidays have been locked by
// [Policy.Lock]. The mistakes of both files come back together.
func ParseLocked(data []byte, name string, locked []byte, lockName string) (*Policy, error) {
	l, lockErr := parseLock(locked, lockName)
	p, err := parse(data, name, l)
	if err := errors.Join(slices.Concat(tomldoc.Unjoin(err), tomldoc.Unjoin(lockErr))...); err != nil {
		return nil, err
	}
	return p, nil
}

// Offsets identifies what is known of a time zone in some years: by its hash it
// can be told later whether that has changed.
type Offsets struct {
	Zone     string
	From, To int    // the first and the last year
	Hash     string // see [worktime.Fingerprint]
}

// Offsets returns what the policy's due times take its zone to be, in the years
// that its calendars cover.
func (p *Policy) Offsets() Offsets { return p.offsets() }

func (p *Policy) fingerprint() Offsets {
	o := Offsets{Zone: p.zone.String()}
	for _, cal := range p.calendars {
		from, to := p.lockYears(cal)
		if o.From == 0 || from < o.From {
			o.From = from
		}
		o.To = max(o.To, to)
	}
	if o.From == 0 {
		o.From, o.To = p.usualYears()
	}
	o.Hash = worktime.Fingerprint(p.zone, o.From, o.To)
	return o
}

// lockYears returns the years for which a calendar's holidays are locked.
func (p *Policy) lockYears(cal *worktime.Calendar) (from, to int) {
	if from, to = cal.Years(); from != 0 {
		return from, to
	}
	return p.usualYears()
}

// usualYears is what is locked of a calendar that states no cover: thirty years,
// of which five are those before the edition came into force, for old tickets.
func (p *Policy) usualYears() (from, to int) {
	const before, years, latest = 5, 30, 2261 // worktime's last year
	from = 2020
	if e := p.edition.Effective; !e.IsZero() {
		from = e.Year() - before
	}
	return from, min(from+years-1, latest)
}

// lockedCalendars returns the names of the calendars that have holidays.
func (p *Policy) lockedCalendars() []string {
	var names []string
	for name, cal := range p.calendars {
		if cal.HasHolidays() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// lock is an sla.lock.toml.
type lock struct {
	file      string
	data      []byte // as it was read
	edition   int
	content   string
	offsets   Offsets
	calendars []lockedCalendar
	places    map[string]int // of the calendars
}

type lockedCalendar struct {
	name  string
	dates worktime.Locked
}

// locked returns the dates of a calendar, or nil.
func (l *lock) locked(calendar string) *worktime.Locked {
	if c := l.calendar(calendar); c != nil {
		return &c.dates
	}
	return nil
}

func (l *lock) calendar(name string) *lockedCalendar {
	if i, ok := l.places[name]; ok {
		return &l.calendars[i]
	}
	return nil
}

const lockComment = `# On which dates the holidays of sla.toml fall, and which offsets its time zone has.
# "townclerk lock" writes this file: keep it beside sla.toml, and do not edit it.
# The dates hold until it is written anew, whatever the rules come to say.

`

// Lock returns the text of an sla.lock.toml for the policy: what the rules of its
// holidays resolve to now, whatever is locked, for the years that each calendar
// covers, or else for thirty years from five before it came into force. A policy
// that is read with this file keeps these dates when a new release of the library
// computes others; [Policy.Drift] says which. The same policy gives the same text.
//
// If a rule does not know a year that was locked once, that is an error.
func (p *Policy) Lock() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(lockComment)
	b.WriteString("format = 1\n")
	if p.edition.Number != 0 {
		fmt.Fprintf(&b, "edition = %d\n", p.edition.Number)
	}
	o := p.Offsets()
	fmt.Fprintf(&b, "content = %s\nzone = %s\n", tomldoc.Quote(p.edition.Hash), tomldoc.Quote(o.Zone))
	fmt.Fprintf(&b, "offsets = { from = %d, to = %d, hash = %s }\n", o.From, o.To, tomldoc.Quote(o.Hash))
	for _, name := range p.lockedCalendars() {
		from, to := p.lockYears(p.calendars[name])
		dates, err := p.calendars[name].Resolve(from, to)
		if err != nil {
			return nil, err
		}
		key := tomldoc.Key(name)
		fmt.Fprintf(&b, "\n[calendars.%s]\nyears = { from = %d, to = %d }\n\n[calendars.%s.dates]\n", key, from, to, key)
		for _, d := range slices.SortedFunc(maps.Keys(dates), worktime.Date.Compare) {
			fmt.Fprintf(&b, "%s = %s\n", d, tomldoc.Quote(dates[d]))
		}
	}
	return b.Bytes(), nil
}

type rawLock struct {
	Format    int                  `toml:"format" required:"true" hint:"run townclerk lock"`
	Edition   int                  `toml:"edition"`
	Content   string               `toml:"content" required:"true" hint:"run townclerk lock"`
	Zone      string               `toml:"zone" required:"true" hint:"run townclerk lock"`
	Offsets   *rawOffsets          `toml:"offsets" required:"true" hint:"run townclerk lock"`
	Calendars map[string]rawLocked `toml:"calendars"`
}

type rawOffsets struct {
	rawCover
	Hash string `toml:"hash" required:"true" hint:"run townclerk lock"`
}

type rawLocked struct {
	Years *rawCover         `toml:"years" required:"true" hint:"run townclerk lock"`
	Dates map[string]string `toml:"dates"`
}

// parseLock returns nil and the mistakes of a lock file that has some.
func parseLock(data []byte, name string) (*lock, error) {
	var raw rawLock
	doc := tomldoc.DecodeWritten(data, name, &raw)
	if raw.Format != 1 && !doc.Failed(at("format")) {
		doc.Errorf(at("format"), "%d is not a format that is known here; run townclerk lock, or a newer release", raw.Format)
	}
	l := &lock{file: name, data: bytes.Clone(data), edition: raw.Edition, content: raw.Content, places: map[string]int{}}
	if raw.Offsets != nil {
		l.offsets = Offsets{raw.Zone, raw.Offsets.From, raw.Offsets.To, raw.Offsets.Hash}
		checkYears(doc, at("offsets"), &raw.Offsets.rawCover)
	}
	for _, calendar := range doc.Keys(at("calendars")) {
		if c := raw.Calendars[calendar]; c.Years != nil {
			l.places[calendar] = len(l.calendars)
			l.calendars = append(l.calendars, readLocked(doc, calendar, &c))
		}
	}
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return l, nil
}

func readLocked(doc *tomldoc.Doc, name string, raw *rawLocked) lockedCalendar {
	here := at("calendars", name)
	checkYears(doc, here.Add("years"), raw.Years)
	c := lockedCalendar{
		name:  name,
		dates: worktime.Locked{From: raw.Years.From, To: raw.Years.To, Dates: make(map[worktime.Date]string, len(raw.Dates))},
	}
	for key, holiday := range raw.Dates {
		d, err := worktime.ParseDate(key)
		switch {
		case err != nil:
			doc.Errorf(here.Add("dates", key), "%v", err)
		case d.Year < c.dates.From || d.Year > c.dates.To:
			doc.Errorf(here.Add("dates", key), "it is none of the years %d–%d; run townclerk lock", c.dates.From, c.dates.To)
		}
		c.dates.Dates[d] = holiday
	}
	return c
}

func checkYears(doc *tomldoc.Doc, here tomldoc.Path, y *rawCover) {
	const first, last = 1678, 2261 // worktime's
	if !doc.Failed(here) && (y.From < first || y.To > last || y.From > y.To) {
		doc.Errorf(here, "%d to %d are no years from %d to %d; run townclerk lock", y.From, y.To, first, last)
	}
}
