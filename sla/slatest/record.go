package slatest

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Recording is the vectors of a policy's breakpoints beside those that were
// recorded before. All names are below the folder of recorded vectors.
type Recording struct {
	Write   []File   // to be written: new, or recorded before and since then moved by the policy
	Same    []string // are there as they would be written
	Kept    []string // a person reviewed or changed them; they are left as they are
	Stale   []string // were recorded of what the policy does not have any more, and never reviewed
	Skipped []string // targets of which nothing can be recorded, each with the reason
}

// File is a vector to be written.
type File struct {
	Name string // such as ops-handling/closed-day.toml
	Data []byte
	New  bool // no file of that name is there
}

// Record returns vectors of the policy as it is: for each target, what is due
// and how its clock stands if it starts at each kind of edge. Which starts those
// are the package comment says; they are taken from the span of cfg. Each vector
// is marked as unreviewed, and a comment in it says what a person has to check.
// The same policy gives the same vectors.
//
// recorded is the folder to which they will be written, or nil if there is none
// yet. A file in it whose mark somebody took out, or that was changed, is kept.
func Record(policy *sla.Policy, recorded fs.FS, cfg Config) (*Recording, error) {
	r := scribe{survey: survey{policy: policy, engine: policy, cfg: cfg.filled()}, folders: map[string]bool{}}
	var report Report
	r.survey.survey(&report)
	files, skipped := r.record()
	recording := &Recording{Skipped: skipped}
	if err := recording.compare(files, recorded); err != nil {
		return nil, err
	}
	return recording, nil
}

// compare sorts the files by what is there.
func (r *Recording) compare(files []File, recorded fs.FS) error {
	left := map[string]string{}
	if recorded != nil {
		err := fs.WalkDir(recorded, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".toml" {
				return err
			}
			data, err := fs.ReadFile(recorded, name)
			left[name] = strings.ReplaceAll(string(data), "\r\n", "\n")
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, f := range files {
		old, ok := left[f.Name]
		delete(left, f.Name)
		switch {
		case !ok:
			f.New = true
			r.Write = append(r.Write, f)
		case old == string(f.Data):
			r.Same = append(r.Same, f.Name)
		case untouched(old):
			r.Write = append(r.Write, f)
		default:
			r.Kept = append(r.Kept, f.Name)
		}
	}
	for name, text := range left {
		if untouched(text) {
			r.Stale = append(r.Stale, name)
		} else {
			r.Kept = append(r.Kept, name)
		}
	}
	slices.Sort(r.Stale)
	slices.Sort(r.Kept)
	return nil
}

const fingerprint = "# recorded as "

// seal puts the fingerprint of all other lines in front of the first blank line,
// by which untouched knows a file that no person has changed.
func seal(text string) string {
	head, body, _ := strings.Cut(text, "\n\n")
	return head + "\n" + fingerprint + digest(text) + "\n\n" + body
}

func untouched(text string) bool {
	at := strings.Index(text, "\n"+fingerprint)
	if at < 0 {
		return false
	}
	line, rest, _ := strings.Cut(text[at+1:], "\n")
	return line == fingerprint+digest(text[:at+1]+rest)
}

func digest(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16] }

// scribe finds the starts, and writes down what is due.
type scribe struct {
	survey
	folders map[string]bool
}

func (r *scribe) record() (files []File, skipped []string) {
	for _, t := range r.policy.Targets() {
		n := slices.IndexFunc(r.probes, func(p *probe) bool { return p.target == t })
		if n < 0 {
			skipped = append(skipped, t.ID+": no combination of attribute values that was tried leads to it")
			continue
		}
		folder := r.folder(t.ID)
		more, err := r.target(r.probes[n])
		if len(more) == 0 {
			skipped = append(skipped, fmt.Sprintf("%s: no start can be judged: %v", t.ID, err))
		}
		for _, f := range more {
			f.Name = path.Join(folder, f.Name)
			files = append(files, f)
		}
	}
	return files, skipped
}

// folder makes a name that every file system takes of a target's id, which may be
// any text.
func (r *scribe) folder(id string) string {
	name := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || c == '-' || c == '_' {
			return c
		}
		return '-'
	}, id)
	// Some file systems take no difference of case for one.
	for n, first := 2, name; r.folders[strings.ToLower(name)]; n++ {
		name = first + "-" + strconv.Itoa(n)
	}
	r.folders[strings.ToLower(name)] = true
	return name
}

// edge is a kind of start, and where there is one.
type edge struct {
	kind    string
	at      time.Time
	says    string // such as "the desk opens" with sides, else all of it
	check   string // what a person has to look at
	sided   bool   // also a second before and after, where the due time leaps
	leaping bool   // nothing at all where it does not
}

// sides are the starts around an edge.
var sides = []struct {
	suffix, says string
	by           time.Duration
}{
	{"-before", "a second before ", -time.Second},
	{"", "as ", 0},
	{"-after", "a second after ", time.Second},
}

func (r *scribe) target(p *probe) (files []File, err error) {
	seen := map[time.Time]bool{}
	for _, e := range r.edgesOf(p) {
		var clocks [3]*sla.Clock
		for i, side := range sides {
			if e.sided || side.by == 0 {
				c, why := r.start(p, e.at.Add(side.by))
				if clocks[i] = c; c == nil {
					err = cmp.Or(err, why)
				}
			}
		}
		wanted := [3]bool{leap(clocks[0], clocks[1]), true, leap(clocks[1], clocks[2])}
		if e.leaping && !wanted[0] && !wanted[2] {
			continue
		}
		for i, side := range sides {
			at := e.at.Add(side.by)
			if !wanted[i] || clocks[i] == nil || seen[at.UTC()] {
				continue
			}
			seen[at.UTC()] = true
			says := e.says
			if e.sided {
				says = side.says + says
			}
			files = append(files, File{Name: e.kind + side.suffix + ".toml", Data: r.vector(p, clocks[i], at, says, e.check)})
		}
	}
	return files, err
}

// leap reports whether the due time of a start does not follow from that of the
// one a second before it.
func leap(a, b *sla.Clock) bool {
	if a == nil || b == nil {
		return false
	}
	by := b.Due.Sub(a.Due)
	return by != 0 && by != time.Second
}

// start returns the clock that starts then, or why nothing is due.
func (r *scribe) start(p *probe, at time.Time) (*sla.Clock, error) {
	a, err := r.engine.Explain(sla.Timeline{Events: p.open(at)}, at)
	if err != nil {
		return nil, err
	}
	c := a.Clock(p.target.ID)
	if c == nil {
		return nil, errors.New("its clock does not begin with its start event")
	}
	if c.State == sla.Undetermined {
		return nil, c.Err()
	}
	return c, nil
}

// ---- Where the edges are ----------------------------------------------------

func (r *scribe) edgesOf(p *probe) []edge {
	from, to := r.span(p.traits.Calendars)
	if len(p.traits.Calendars) == 0 {
		return r.elapsed(from, to)
	}
	var all []edge
	for _, name := range p.traits.Calendars {
		y := r.almanac(name, from, to)
		edges := y.edges(p.traits.Times)
		if len(p.traits.Calendars) > 1 {
			for i := range edges {
				edges[i].kind += "-by-" + strings.ReplaceAll(name, "/", "-")
			}
		}
		all = append(all, edges...)
	}
	return all
}

const (
	checkPlain  = "whether the promise is as long as it says"
	checkHours  = "whether these are the hours, and from when a start outside of them counts"
	checkTime   = "whether it names this time of day, and on which side the very second is"
	checkClosed = "whether the days between are closed, and whether they count"
	checkShort  = "whether these are that date's hours, and what becomes of a later time"
	checkChange = "whether hours are those that a clock shows or those that pass"
)

func (r *scribe) elapsed(from, to time.Time) []edge {
	noon := from.AddDate(0, 0, int(to.Sub(from).Hours()/48)).Add(12 * time.Hour)
	all := []edge{{kind: "ordinary", at: noon, says: "at some time, as it counts day and night", check: checkPlain}}
	for _, c := range r.changes(from, to) {
		all = append(all, edge{kind: c.kind, at: c.at.Add(-time.Second), says: "a second before the clock goes " + c.goes, check: checkChange})
	}
	return all
}

// change is a night on which the clock goes forward or back.
type change struct {
	at         time.Time
	kind, goes string
}

// changes returns the first change of either sort.
func (r *scribe) changes(from, to time.Time) []change {
	var all []change
	for _, at := range worktime.ClockChanges(r.policy.Zone(), from, to) {
		_, before := at.Add(-time.Second).In(r.policy.Zone()).Zone()
		_, after := at.In(r.policy.Zone()).Zone()
		c := change{at, "clock-goes-back", "back"}
		if after > before {
			c.kind, c.goes = "clock-goes-forward", "forward"
		}
		if !slices.ContainsFunc(all, func(o change) bool { return o.kind == c.kind }) {
			all = append(all, c)
		}
	}
	return all
}

// almanac is a calendar's dates in a span.
type almanac struct {
	name    string
	cal     *worktime.Calendar
	dates   []date
	usual   time.Duration // how long its working dates are most often, by the clock
	changes []change
}

type date struct {
	worktime.Day
	working bool
	hours   time.Duration // from the first opening to the last closing, by the clock
	note    string
}

func (r *scribe) almanac(name string, from, to time.Time) *almanac {
	y := &almanac{name: name, cal: r.policy.Calendar(name), changes: r.changes(from, to)}
	often := map[time.Duration]int{}
	for d := dateOf(from); d.Compare(dateOf(to)) < 0; d = d.AddDays(1) {
		day, working, err := y.cal.Working(d)
		if err != nil {
			continue
		}
		day.Date = d
		x := date{Day: day, working: working, note: y.cal.Note(d)}
		if working {
			x.hours = wall(day.Last).Sub(wall(day.First))
			often[x.hours]++
		}
		y.dates = append(y.dates, x)
	}
	for hours, n := range often {
		if n > often[y.usual] || n == often[y.usual] && hours > y.usual {
			y.usual = hours
		}
	}
	return y
}

// wall is what the clock shows, for differences that no change of the clock spoils.
func wall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second)
}

// find returns the first date from the middle of the span on of which that holds,
// else the first of all, or -1.
func (y *almanac) find(is func(i int) bool) int {
	for n := range y.dates {
		if i := (len(y.dates)/2 + n) % len(y.dates); is(i) {
			return i
		}
	}
	return -1
}

func (y *almanac) ordinary(i int) bool {
	return i >= 0 && i < len(y.dates) && y.dates[i].working && y.dates[i].hours == y.usual && y.dates[i].note == ""
}

// free reports whether the date is closed by the week, not by a holiday.
func (y *almanac) free(i int) bool { return !y.dates[i].working && y.dates[i].note == "" }

// holiday reports whether the date is closed, though that day of the week is not.
func (y *almanac) holiday(i int) bool {
	if y.dates[i].working || y.dates[i].note == "" {
		return false
	}
	return i >= 7 && y.dates[i-7].working || i+7 < len(y.dates) && y.dates[i+7].working
}

// short reports whether less is worked on the date than on another within a week.
func (y *almanac) short(i int) bool {
	if !y.dates[i].working {
		return false
	}
	for j := max(0, i-7); j <= min(len(y.dates)-1, i+7); j++ {
		if y.dates[j].hours > y.dates[i].hours {
			return true
		}
	}
	return false
}

// workingBefore returns the last working date before the ith, or -1.
func (y *almanac) workingBefore(i int) int {
	for i--; i >= 0 && !y.dates[i].working; i-- {
	}
	return i
}

func (y *almanac) edges(times []worktime.TimeOfDay) []edge {
	var all []edge
	add := func(e edge) { all = append(all, e) }
	i := y.find(func(i int) bool { return y.ordinary(i) && y.ordinary(i-1) && y.ordinary(i+1) })
	if i < 0 {
		i = y.find(func(i int) bool { return y.dates[i].working })
	}
	if i >= 0 {
		all = append(all, y.working(&y.dates[i], times)...)
	}
	if i := y.find(func(i int) bool { return y.ordinary(i) && i+1 < len(y.dates) && y.free(i+1) }); i >= 0 {
		add(y.closing("before-closed-day", &y.dates[i], "for closed days", checkClosed))
	}
	if i := y.find(y.free); i >= 0 {
		all = y.noon(all, "closed-day", &y.dates[i], y.dates[i].Date.Weekday().String())
	}
	if i := y.find(y.holiday); i >= 0 {
		if before := y.workingBefore(i); before >= 0 {
			add(y.closing("before-holiday", &y.dates[before], "before "+y.dates[i].note, checkClosed))
		}
		all = y.noon(all, "holiday", &y.dates[i], y.dates[i].note)
	}
	if i := y.find(y.short); i >= 0 {
		if before := y.workingBefore(i); before >= 0 {
			add(y.closing("before-short-day", &y.dates[before], "with a short day ahead", checkShort))
		}
		add(edge{kind: "short-day", at: y.dates[i].Last, says: y.name + " closes on a short day", check: checkShort, sided: true})
	}
	for _, c := range y.changes {
		all = y.change(all, c)
	}
	return all
}

// working is the edges of an ordinary working date.
func (y *almanac) working(d *date, times []worktime.TimeOfDay) []edge {
	all := []edge{
		{kind: "opening", at: d.First, says: y.name + " opens", check: checkHours, sided: true},
		{kind: "closing", at: d.Last, says: y.name + " closes", check: checkHours, sided: true},
	}
	if periods, err := y.cal.Periods(d.First, d.Last); err == nil {
		for p := range periods {
			if p.Close.Before(d.Last) {
				all = append(all, edge{kind: "break", at: p.Close, says: y.name + " closes for a break", check: checkHours, sided: true})
				break
			}
		}
	}
	for _, tod := range append([]worktime.TimeOfDay{0}, times...) {
		if at, err := y.cal.At(d.Date, tod); err == nil {
			kind := "at-" + strings.ReplaceAll(tod.String(), ":", "-")
			all = append(all, edge{kind: kind, at: at, says: "the clock shows " + tod.String(), check: checkTime, sided: true, leaping: true})
		}
	}
	return all
}

func (y *almanac) closing(kind string, d *date, why, check string) edge {
	return edge{kind: kind, at: d.Last.Add(-time.Second), says: "a second before " + y.name + " closes " + why, check: check}
}

func (y *almanac) noon(all []edge, kind string, d *date, why string) []edge {
	at, err := y.cal.At(d.Date, worktime.Clock(12, 0, 0))
	if err != nil {
		return all
	}
	return append(all, edge{kind: kind, at: at, says: fmt.Sprintf("at noon, while %s is closed (%s)", y.name, why), check: checkClosed})
}

// change is a start in hours that the change falls into, or the last before it.
func (y *almanac) change(all []edge, c change) []edge {
	if open, err := y.cal.Open(c.at.Add(-1)); err == nil && open {
		return append(all, edge{kind: c.kind, at: c.at, says: "the clock goes " + c.goes, check: checkChange, sided: true})
	}
	closing, err := y.cal.PrevClosing(c.at)
	if err != nil {
		return all
	}
	return append(all, edge{kind: c.kind, at: closing.Add(-time.Second),
		says: fmt.Sprintf("a second before %s closes, with the night ahead on which the clock goes %s", y.name, c.goes), check: checkChange})
}

// ---- What is written ---------------------------------------------------------

// vector writes what is due, and how the clock stands at the due time and after it.
func (r *scribe) vector(p *probe, c *sla.Clock, at time.Time, says, check string) []byte {
	var w strings.Builder
	fmt.Fprintf(&w, `# Recorded from what the policy says now. Check it with the document in hand,
# %s.
# If the times below are right, delete the line unreviewed = true; if not, mend the
# policy. A file without that line, or changed in any way, is left as it is.
#
# What the program says of %s:
`, check, oneLine(p.target.ID))
	for _, s := range c.Steps() {
		fmt.Fprintf(&w, "# - %s\n", oneLine(s.Why()))
	}
	events := p.open(at)
	fmt.Fprintf(&w, "\ntitle = %s\n", tomldoc.Quote(p.target.ID+": "+events[0].Kind+" "+says))
	source := make([]string, len(p.target.Source))
	for i, s := range p.target.Source {
		source[i] = tomldoc.Quote(s)
	}
	fmt.Fprintf(&w, "source = [%s]\nunreviewed = true\n", strings.Join(source, ", "))
	for i := range events {
		r.event(&w, &events[i], i == 0)
	}
	fmt.Fprintf(&w, "\n[due]\n%s = %s\n", tomldoc.Key(p.target.ID), r.time(c.Due))
	for _, now := range []time.Time{c.Due, c.Due.Add(time.Second)} {
		a, err := r.engine.Assess(sla.Timeline{Events: events}, now)
		if err == nil {
			fmt.Fprintf(&w, "\n[[expect]]\nnow = %s\n[expect.state]\n%s = %s\n", r.time(now), tomldoc.Key(p.target.ID), tomldoc.Quote(stateOf(a.Clock(p.target.ID))))
		}
	}
	return []byte(seal(w.String()))
}

func (r *scribe) event(w *strings.Builder, e *sla.Event, first bool) {
	fmt.Fprintf(w, "\n[[events]]\nis = %s\nat = %s # %s\n", tomldoc.Quote(e.Kind), r.time(e.At), e.At.In(r.policy.Zone()).Weekday())
	if e.Role != "" {
		fmt.Fprintf(w, "role = %s\n", tomldoc.Quote(e.Role))
	}
	if e.Kind == sla.Appointed {
		fmt.Fprintf(w, "appointment = %s\n", r.time(e.Appointment))
	}
	if !first || len(e.Attributes) == 0 {
		return
	}
	var with []string
	for _, a := range r.policy.Attributes() {
		if v, ok := e.Attributes[a.Key]; ok {
			if v != "true" && v != "false" {
				v = tomldoc.Quote(v)
			}
			with = append(with, tomldoc.Key(a.Key)+" = "+v)
		}
	}
	fmt.Fprintf(w, "with = { %s }\n", strings.Join(with, ", "))
}

// time writes an instant on the policy's zone, with its offset where the clock
// alone does not tell it.
func (r *scribe) time(t time.Time) string {
	t = t.In(r.policy.Zone())
	text := t.Format("2006-01-02T15:04:05.999999999")
	if at, err := worktime.ParseTime(text, r.policy.Zone()); err == nil && at.Equal(t) {
		return text
	}
	if text = t.Format(time.RFC3339Nano); !strings.HasSuffix(text, "Z") {
		if at, err := time.Parse(time.RFC3339Nano, text); err != nil || !at.Equal(t) {
			return t.UTC().Format(time.RFC3339Nano) // an offset with seconds, which TOML does not have
		}
	}
	return text
}

// oneLine is text for a comment.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s)
}

func dateOf(t time.Time) worktime.Date {
	year, month, day := t.Date()
	return worktime.Date{Year: year, Month: month, Day: day}
}
