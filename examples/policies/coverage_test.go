package policies

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Every policy keeps to its vectors, and to what must hold of any policy.
func TestVectors(t *testing.T) {
	for name := range read(t) {
		folder := path.Dir(name)
		cfg := slatest.Config{Reviewed: true, Folder: folder + "/vectors"}
		if testing.Short() { // a week instead of a year
			p := parse(t, name)
			cfg.From = local(t, p, "Sun 2024-05-12 00:00")
			cfg.To = cfg.From.AddDate(0, 0, 7)
		}
		t.Run(folder, func(t *testing.T) { slatest.Run(t, os.DirFS(folder), cfg) })
	}
}

// The worked vectors of the requirements are among them.
func TestWorkedVectors(t *testing.T) {
	cited := map[string]bool{}
	for _, file := range vectorFiles(t, "*") {
		var raw struct {
			Source any `toml:"source"`
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, toml.Unmarshal(data, &raw), file)
		for _, source := range strings.Fields(strings.Trim(fmt.Sprint(raw.Source), "[]")) {
			cited[source] = true
		}
	}
	for n := 1; n <= 15; n++ {
		if v := fmt.Sprintf("V%d", n); !cited[v] {
			t.Errorf("no vector cites %s", v)
		}
	}
}

func vectorFiles(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(folder + "/vectors/*.toml")
	require.NoError(t, err)
	require.NotEmpty(t, files, folder)
	return files
}

// What a target's vectors have to show. Kinds of time are those of a due time
// that is expected; sides of the limit are those of an expected state.
const (
	workingDay   = "a working day"      // the clock starts while the calendar is open
	closedDay    = "a closed day"       // from the start to the due time there is one
	shortDay     = "a short day"        // it counts from one, or is due on one
	beforeCutOff = "before the cut-off" // by a minute at the most
	atCutOff     = "at the cut-off"
	afterCutOff  = "after the cut-off" // by a minute at the most
	beforeLimit  = "before the limit"  // the due time: met, or still running
	atLimit      = "at the limit"
	afterLimit   = "after the limit"
	autumn       = "the autumn change" // the night lies between the dates of start and due time
	spring       = "the spring change"
	waiting      = "a pause" // also where it is for none of the target's reasons: then nothing moves
	raised       = "a raised priority"
)

var kinds = []string{
	workingDay, closedDay, shortDay, beforeCutOff, atCutOff, afterCutOff, beforeLimit, atLimit, afterLimit,
	autumn, spring, waiting, raised,
}

// exception is what cannot be shown of a target, and why.
type exception struct {
	folder string // the policy's; "" for all
	kinds  []string
	why    string
	holds  func(subject) bool // whether the reason is true of the target
}

// subject is a target, and where it stands.
type subject struct {
	folder string
	policy *sla.Policy
	target *sla.Target
}

var exceptions = []exception{
	{"", []string{closedDay, shortDay}, "elapsed time knows no closed and no short days", subject.elapsed},
	{"", []string{beforeCutOff, atCutOff, afterCutOff}, "its rule has no cut-off", not(subject.hasCutOff)},
	{"raanana", []string{shortDay}, "the charter states no short days", not(subject.hasShortDays)},
	{"raanana", []string{closedDay}, "backups are made every night", not(subject.hasClosedDays)},
	{"stari-grad", []string{shortDay}, "the procedure names no hours, so that no day is short", not(subject.hasShortDays)},
	{"stari-grad", []string{closedDay}, "backups and antivirus are made every day", not(subject.hasClosedDays)},
	{"stari-grad", []string{raised}, "the procedure has no priorities", not(subject.hasPriorities)},
	{"kalisz", []string{shortDay}, "the card names no hours, so that no day is short", not(subject.hasShortDays)},
	{"kalisz", []string{raised}, "the card has no priorities", not(subject.hasPriorities)},
	{"telephony", []string{shortDay}, "the procedure names no hours, so that no day is short", not(subject.hasShortDays)},
	{"telephony", []string{beforeLimit}, "no duration is promised, so that it is due as it begins", subject.dueAtOnce},
	{"telephony", []string{raised}, "the procedure has no priorities", not(subject.hasPriorities)},
	{"iran-office", []string{raised}, "the page has no priorities", not(subject.hasPriorities)},
	{"iran-office", []string{autumn, spring}, "Iran has not changed its clocks since 2022", not(subject.hasClockChanges)},
}

func not(holds func(subject) bool) func(subject) bool {
	return func(s subject) bool { return !holds(s) }
}

func (s subject) elapsed() bool { return len(s.target.Traits().Calendars) == 0 }

func (s subject) hasShortDays() bool  { return s.elapsed() || s.anyDate(isShort) }
func (s subject) hasClosedDays() bool { return s.elapsed() || s.anyDate(isClosed) }

func (s subject) hasPriorities() bool { return len(priorities(s.policy)) > 0 }

func (s subject) hasClockChanges() bool { return len(changesOf(s.policy, 2023, 2030)) > 0 }

// dueAtOnce reports whether it is due as it starts, at noon and at midnight.
func (s subject) dueAtOnce() bool {
	for _, hour := range []int{0, 12} {
		at := time.Date(2026, 6, 7, hour, 0, 0, 0, s.policy.Zone())
		a := s.policy.Promise(at, map[string]string{"class": "fault"})
		if c := a.Clock(s.target.ID); c == nil || !c.Due.Equal(at) {
			return false
		}
	}
	return true
}

// hasCutOff looks into the file: a policy does not tell its rules.
func (s subject) hasCutOff() bool {
	var raw struct {
		Targets []struct {
			ID  string         `toml:"id"`
			Due map[string]any `toml:"due"`
		} `toml:"targets"`
	}
	data, err := Files.ReadFile(s.folder + "/sla.toml")
	if err != nil || toml.Unmarshal(data, &raw) != nil {
		return false
	}
	for _, t := range raw.Targets {
		if t.ID == s.target.ID {
			return t.Due["cutoffs"] != nil
		}
	}
	return false
}

// anyDate reports whether one of the dates that the target's calendars cover from
// 2024 to 2028 is so.
func (s subject) anyDate(is func(*worktime.Calendar, worktime.Date) bool) bool {
	first, last := worktime.Date{Year: 2024, Month: time.January, Day: 1}, worktime.Date{Year: 2028, Month: time.December, Day: 31}
	for _, name := range s.target.Traits().Calendars {
		for d := first; d.Compare(last) <= 0; d = d.AddDays(1) {
			if is(s.policy.Calendar(name), d) {
				return true
			}
		}
	}
	return false
}

// excused returns the index of the exception for a kind, or -1.
func (s subject) excused(kind string) int {
	return slices.IndexFunc(exceptions, func(x exception) bool {
		return (x.folder == "" || x.folder == s.folder) && slices.Contains(x.kinds, kind) && x.holds(s)
	})
}

func priorities(p *sla.Policy) []string {
	for _, a := range p.Attributes() {
		if a.Key == sla.Priority {
			return a.Values
		}
	}
	return nil
}

// TestVectorsCoverTargets looks into each policy's vectors for what they show of
// each target. It goes by times, events and expectations, not by names.
func TestVectorsCoverTargets(t *testing.T) {
	used := make([]bool, len(exceptions))
	for name := range read(t) {
		folder := path.Dir(name)
		p := parse(t, name)
		shown := showings(t, p, folder)
		for _, target := range p.Targets() {
			for _, kind := range kinds {
				n := subject{folder, p, target}.excused(kind)
				files := shown[target.ID][kind]
				switch {
				case n >= 0 && len(files) > 0:
					t.Errorf("%s: %s: %s is not to be shown (%s), but %s shows it", folder, target.ID, kind, exceptions[n].why, files[0])
				case n >= 0:
					used[n] = true
				case len(files) == 0:
					t.Errorf("%s: %s: no vector shows %s", folder, target.ID, kind)
				}
			}
		}
	}
	for i, ok := range used {
		if !ok {
			t.Errorf("the exception of %q (%s) excuses nothing", exceptions[i].folder, exceptions[i].why)
		}
	}
}

// situation is as much of a vector as says what it shows.
type situation struct {
	expectation
	Expect []expectation `toml:"expect"`
}

type expectation struct {
	Now    any            `toml:"now"`
	Due    map[string]any `toml:"due"`
	State  map[string]any `toml:"state"`
	Paused map[string]any `toml:"paused"`
}

// showings returns the files that show something, by target and kind.
func showings(t *testing.T, p *sla.Policy, folder string) map[string]map[string][]string {
	t.Helper()
	all := map[string]map[string][]string{}
	for _, target := range p.Targets() {
		all[target.ID] = map[string][]string{}
	}
	for _, file := range vectorFiles(t, folder) {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var s situation
		require.NoError(t, toml.Unmarshal(data, &s), file)
		tl := timelineOf(t, p, data, file)
		for _, x := range append(s.Expect, s.expectation) {
			now := tl.Events[len(tl.Events)-1].At
			if x.Now != nil {
				now, err = worktime.ParseTime(written(x.Now), p.Zone())
				require.NoError(t, err, file)
			}
			a, err := p.Explain(tl, now)
			require.NoError(t, err, file)
			v := view{policy: p, timeline: tl, assessment: &a, now: now}
			for target, kinds := range v.kinds(&x) {
				for kind := range kinds {
					all[target][kind] = append(all[target][kind], filepath.Base(file))
				}
			}
		}
	}
	return all
}

// timelineOf reads the events alone, as any other program would.
func timelineOf(t *testing.T, p *sla.Policy, data []byte, file string) sla.Timeline {
	t.Helper()
	var raw map[string]any
	require.NoError(t, toml.Unmarshal(data, &raw), file)
	events, err := toml.Marshal(map[string]any{"events": raw["events"]})
	require.NoError(t, err, file)
	timelines, err := p.ParseTimelines(events, file)
	require.NoError(t, err, file)
	return timelines[0]
}

// written is a time as TOML writes it.
func written(v any) string {
	if at, ok := v.(time.Time); ok {
		return at.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}

// view is a vector at one of its instants.
type view struct {
	policy     *sla.Policy
	timeline   sla.Timeline
	assessment *sla.Assessment
	now        time.Time
}

type set map[string]bool

func (v *view) kinds(x *expectation) map[string]set {
	all := map[string]set{}
	show := func(name string, of func(*sla.Clock, set)) {
		if c := v.clock(name); c != nil {
			if all[c.Target.ID] == nil {
				all[c.Target.ID] = set{}
			}
			of(c, all[c.Target.ID])
			v.changes(c, all[c.Target.ID])
		}
	}
	for name := range x.Due {
		show(name, v.times)
	}
	for name := range x.State {
		show(name, v.limits)
	}
	for name := range x.Paused {
		show(name, func(*sla.Clock, set) {})
	}
	return all
}

// clock is the one that a vector means by the name.
func (v *view) clock(name string) *sla.Clock {
	if v.policy.Target(name) != nil {
		return v.assessment.Clock(name)
	}
	for i := len(v.assessment.Clocks) - 1; i >= 0; i-- {
		if c := &v.assessment.Clocks[i]; c.Target.Metric == name {
			return c
		}
	}
	return nil
}

// times finds what a due time shows.
func (v *view) times(c *sla.Clock, shows set) {
	calendars := c.Target.Traits().Calendars
	if len(calendars) == 0 {
		shows[workingDay] = true
	}
	for _, name := range calendars {
		cal := v.policy.Calendar(name)
		open, err := cal.Open(c.Start)
		shows.add(workingDay, err == nil && open)
		from, _, err := cal.Read(c.Start)
		if err != nil {
			continue
		}
		// A due time at a closing is one of the date that closes.
		to, _, err := cal.Read(c.Due.Add(-1))
		if err != nil {
			continue
		}
		for d := from; d.Compare(to) <= 0; d = d.AddDays(1) {
			shows.add(closedDay, isClosed(cal, d))
		}
		shows.add(shortDay, isShort(cal, from) || isShort(cal, to))
	}
	first, last := midnight(c.Start), midnight(c.Due).AddDate(0, 0, 1)
	for _, change := range changesOf(v.policy, c.Start.Year(), c.Due.Year()) {
		if !change.at.Before(first) && change.at.Before(last) {
			shows.add(spring, change.forward)
			shows.add(autumn, !change.forward)
		}
	}
	for _, step := range c.Steps() {
		if step.Rule == "cut-off" && step.From.Equal(c.Start) {
			shows.cutOff(step)
		}
	}
}

func (s set) add(kind string, is bool) {
	if is {
		s[kind] = true
	}
}

func (s set) cutOff(step sla.Step) {
	year, month, day := step.From.Date()
	since := func(tod worktime.TimeOfDay) time.Duration {
		return step.From.Sub(time.Date(year, month, day, 0, 0, 0, 0, step.From.Location()).Add(time.Duration(tod)))
	}
	if until, ok := step.Args["until"].(worktime.TimeOfDay); ok {
		s.add(atCutOff, since(until) == 0)
		s.add(beforeCutOff, since(until) < 0 && since(until) >= -time.Minute)
	}
	if after, ok := step.Args["after"].(worktime.TimeOfDay); ok {
		s.add(afterCutOff, since(after) > 0 && since(after) <= time.Minute)
	}
}

// limits finds on which side of its due time the clock's state is expected.
func (v *view) limits(c *sla.Clock, shows set) {
	at := v.now
	switch c.State {
	case sla.Met, sla.MetLate:
		at = c.Ended
	case sla.Waiting, sla.Stopped, sla.Undetermined:
		return
	}
	shows.add(beforeLimit, at.Before(c.Due))
	shows.add(atLimit, at.Equal(c.Due))
	shows.add(afterLimit, at.After(c.Due))
}

// changes finds what happened while the clock, or the one that it replaced, ran.
func (v *view) changes(c *sla.Clock, shows set) {
	begun := c.Start
	priority := ""
	known := priorities(v.policy)
	for _, e := range v.timeline.Events {
		if e.At.After(v.now) {
			break
		}
		open := !e.At.Before(begun) && (c.Ended.IsZero() || !e.At.After(c.Ended))
		if e.Kind == sla.Paused && open {
			moved := slices.ContainsFunc(c.Steps(), func(s sla.Step) bool { return s.Rule == "pause" && s.Args["reopened"] != true })
			shows.add(waiting, len(c.Target.Pauses) == 0 || moved || c.State == sla.Waiting)
		}
		if now, ok := e.Attributes[sla.Priority]; ok {
			was := slices.Index(known, priority)
			shows.add(raised, open && was >= 0 && slices.Index(known, now) > was)
			priority = now
		}
	}
}

func midnight(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
}

func isClosed(cal *worktime.Calendar, d worktime.Date) bool {
	_, working, err := cal.Working(d)
	return err == nil && !working
}

// isShort reports whether less is worked on the date than on another within a
// week. The hours are those of the clock: a night of a change is not short.
func isShort(cal *worktime.Calendar, d worktime.Date) bool {
	hours := hoursOf(cal, d)
	if hours == 0 {
		return false
	}
	for i := -7; i <= 7; i++ {
		if hoursOf(cal, d.AddDays(i)) > hours {
			return true
		}
	}
	return false
}

// hoursOf returns how far the clock goes from a date's opening to its closing.
func hoursOf(cal *worktime.Calendar, d worktime.Date) time.Duration {
	day, working, err := cal.Working(d)
	if err != nil || !working {
		return 0
	}
	wall := func(t time.Time) time.Time {
		_, offset := t.Zone()
		return t.Add(time.Duration(offset) * time.Second)
	}
	return wall(day.Last).Sub(wall(day.First))
}

// change is an instant at which a zone's clocks are put forward or back.
type change struct {
	at      time.Time
	forward bool
}

func changesOf(p *sla.Policy, from, to int) []change {
	var all []change
	offset := func(t time.Time) int {
		_, n := t.In(p.Zone()).Zone()
		return n
	}
	end := time.Date(to+1, 1, 1, 0, 0, 0, 0, p.Zone())
	for t := time.Date(from, 1, 1, 0, 0, 0, 0, p.Zone()); t.Before(end); t = t.Add(time.Hour) {
		if before := t.Add(-time.Hour); offset(before) != offset(t) {
			all = append(all, change{t, offset(before) < offset(t)})
		}
	}
	return all
}
