package slatest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// survey finds what there is to check of a policy: its targets, the attributes
// that lead to them, and the starts from which to look.
type survey struct {
	policy *sla.Policy
	engine engine
	cfg    Config
	probes []*probe // in the order of the policy's targets
	raises []raise

	seen   map[string]bool         // targets with the escalations that they have
	raised map[[2]*sla.Target]bool // the pairs of raises
	spans  map[string][2]time.Time // by calendars
	starts map[string][]time.Time  // by calendars and times of day
}

// probe is a target under attributes that lead to it.
type probe struct {
	target     *sla.Target
	traits     sla.Traits
	attributes map[string]string
	starts     []time.Time
	events     []sla.Event // those of open, used again
}

// raise is two targets of a metric, under attributes that differ in priority alone.
type raise struct{ low, high *probe }

// survey tries the combinations of attribute values. Of those under which a target
// has the same escalations it keeps the first.
func (s *survey) survey(r *Report) {
	s.seen, s.raised = map[string]bool{}, map[[2]*sla.Target]bool{}
	s.spans, s.starts = map[string][2]time.Time{}, map[string][]time.Time{}
	combinations, priorities := s.attributes()
	r.Possible = combinations.count()
	tried := min(r.Possible, s.cfg.Combinations)
	step := 1
	if tried < r.Possible {
		step = stride(r.Possible)
	}
	for i, n := 0, 0; i < tried; i, n = i+1, (n+step)%r.Possible {
		s.try(combinations.nth(n), priorities)
	}
	r.Combinations, r.Possible = tried*len(priorities), r.Possible*len(priorities)

	place := map[*sla.Target]int{}
	for i, t := range s.policy.Targets() {
		place[t] = i
		if !slices.ContainsFunc(s.probes, func(p *probe) bool { return p.target == t }) {
			r.Unreached = append(r.Unreached, t.ID)
		}
	}
	slices.SortStableFunc(s.probes, func(a, b *probe) int { return place[a.target] - place[b.target] })
}

// combinations is the attributes of a policy but for the priority, each with its
// values; "" is a timeline that does not have the attribute.
type combinations []sla.Attribute

func (s *survey) attributes() (combinations, []string) {
	var all combinations
	priorities := []string{""}
	for _, a := range s.policy.Attributes() {
		values := append([]string{""}, s.policy.Values(a.Key)...)
		if len(a.Values) == 0 {
			values = append(values, "something else")
		}
		if a.Key == sla.Priority {
			priorities = values
		} else {
			all = append(all, sla.Attribute{Key: a.Key, Values: values})
		}
	}
	return all, priorities
}

// count returns how many there are; nobody needs to know beyond a billion.
func (c combinations) count() int {
	n := 1
	for _, a := range c {
		n = min(n*len(a.Values), 1e9)
	}
	return n
}

func (c combinations) nth(n int) map[string]string {
	attributes := map[string]string{}
	for _, a := range c {
		if v := a.Values[n%len(a.Values)]; v != "" {
			attributes[a.Key] = v
		}
		n /= len(a.Values)
	}
	return attributes
}

// stride returns a step that leads through all of n, far apart: near the golden
// section, and without a common divisor.
func stride(n int) int {
	step := max(1, n*618/1000)
	for gcd(step, n) != 1 {
		step++
	}
	return step
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// try looks at the targets of a combination under each priority.
func (s *survey) try(attributes map[string]string, priorities []string) {
	var lower map[string]string
	var low []sla.Clock
	for _, priority := range priorities {
		with := maps.Clone(attributes)
		if priority != "" {
			with[sla.Priority] = priority
		}
		clocks := s.look(with)
		for i := range low {
			for j := range clocks {
				s.raise(low[i].Target, clocks[j].Target, lower, with)
			}
		}
		if priority != "" {
			low, lower = clocks, with
		}
	}
}

// look finds the targets that match.
func (s *survey) look(attributes map[string]string) []sla.Clock {
	// The instant does not matter: what matches depends on attributes alone.
	a := s.policy.Promise(time.Date(2030, 1, 15, 12, 0, 0, 0, s.policy.Zone()), attributes)
	for i := range a.Clocks {
		t := a.Clocks[i].Target
		steps := make([]byte, 0, 8)
		for _, e := range append(a.Escalations, a.Planned...) {
			if e.Target == t {
				steps = append(steps, byte(e.Step))
			}
		}
		slices.Sort(steps)
		key := t.ID + "\x00" + string(slices.Compact(steps))
		if s.seen[key] {
			continue
		}
		p := s.probe(t, attributes)
		if s.seen[t.ID] {
			p.starts = everySeventh(p.starts)
		}
		s.seen[key], s.seen[t.ID] = true, true
		s.probes = append(s.probes, p)
	}
	return a.Clocks
}

// everySeventh thins out the starts of a target that was checked under other
// attributes: only its escalations differ. Seven starts on, it is another side
// of another edge on another day of the week.
func everySeventh(starts []time.Time) []time.Time {
	var some []time.Time
	for i := 0; i < len(starts); i += 7 {
		some = append(some, starts[i])
	}
	return some
}

func (s *survey) raise(low, high *sla.Target, lower, higher map[string]string) {
	pair := [2]*sla.Target{low, high}
	if low == high || low.Metric != high.Metric || low.Kind == sla.Estimate || high.Kind == sla.Estimate || s.raised[pair] {
		return
	}
	s.raised[pair] = true
	s.raises = append(s.raises, raise{s.probe(low, lower), s.probe(high, higher)})
}

func (s *survey) probe(t *sla.Target, attributes map[string]string) *probe {
	p := &probe{target: t, traits: t.Traits(), attributes: attributes}
	key := strings.Join(p.traits.Calendars, "\x00") + fmt.Sprint(p.traits.Times)
	if _, ok := s.starts[key]; !ok {
		s.starts[key] = s.edges(&p.traits)
	}
	p.starts = s.starts[key]
	return p
}

// open returns the events with which the probe's clock begins at the instant. They
// are valid until the next call.
func (p *probe) open(at time.Time) []sla.Event {
	const notice = 24 * time.Hour
	p.events = p.events[:0]
	first := sla.Event{Kind: p.target.Start[0], At: at, Attributes: p.attributes, Appointment: at.Add(notice)}
	for _, role := range p.target.Approvals {
		first.Kind, first.Role = sla.Approved, role
		p.events = append(p.events, first)
	}
	if len(p.events) == 0 {
		p.events = append(p.events, first)
	}
	return p.events
}

// edges returns the starts from which to look.
func (s *survey) edges(traits *sla.Traits) []time.Time {
	from, to := s.span(traits.Calendars)
	return s.policy.Edges(*traits, from, to)
}

// span returns from when to when starts are taken for targets on these calendars.
func (s *survey) span(calendars []string) (from, to time.Time) {
	key := strings.Join(calendars, "\x00")
	span, ok := s.spans[key]
	if !ok {
		from, to := s.year(calendars)
		if !s.cfg.From.IsZero() {
			from = s.cfg.From
			to = from.AddDate(1, 0, 0)
		}
		if !s.cfg.To.IsZero() {
			to = s.cfg.To
			if s.cfg.From.IsZero() {
				from = to.AddDate(-1, 0, 0)
			}
		}
		span = [2]time.Time{from, to}
		s.spans[key] = span
	}
	return span[0], span[1]
}

// year chooses the year for which to look: see Config.
func (s *survey) year(calendars []string) (from, to time.Time) {
	const first, last = 2020, 2039
	var years []int
	for y := first; y <= last; y++ {
		if s.covered(calendars, y) {
			years = append(years, y)
		}
	}
	if len(years) == 0 && len(calendars) > 0 {
		// An old policy, or one for the far future.
		a, b := s.policy.Calendar(calendars[0]).Cover()
		years = []int{(a.Year() + b.Year()) / 2}
	}
	middle := years[len(years)/2]
	slices.SortStableFunc(years, func(a, b int) int { return abs(a-middle) - abs(b-middle) })
	for _, y := range years {
		if from, to = s.yearOf(y); len(worktime.ClockChanges(s.policy.Zone(), from, to)) >= 2 {
			return from, to
		}
	}
	return s.yearOf(middle)
}

func (s *survey) yearOf(y int) (from, to time.Time) {
	zone := s.policy.Zone()
	return time.Date(y, 1, 1, 0, 0, 0, 0, zone), time.Date(y+1, 1, 1, 0, 0, 0, 0, zone)
}

func (s *survey) covered(calendars []string, year int) bool {
	from, to := s.yearOf(year)
	return !slices.ContainsFunc(calendars, func(name string) bool {
		_, err := s.policy.Calendar(name).Between(from, to)
		return err != nil
	})
}

func abs(n int) int { return max(n, -n) }
