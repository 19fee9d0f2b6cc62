package kpi

import (
	"fmt"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
)

// Schedule says up to when the occurrences of a duty are made. A register has one for
// each duty that comes round, and its sweep goes on with it.
type Schedule struct {
	Record
	Duty  string    `json:"duty,omitzero"`
	Until time.Time `json:"until,omitzero"` // occurrences whose window begins before it are made
}

// ScheduleID returns the id of a duty's schedule.
func ScheduleID(duty string) ID { return ID("schedule/" + duty) }

// scheduleRows is what may happen to schedules. What it does not list is refused.
var scheduleRows = []row{
	{[]State{New}, schedule, Running, nil, nil, nil},
}

var schedules = newKind("schedule", scheduleRows, map[Action]func(*decision){
	schedule: func(d *decision) { d.r.Began, d.schedule.Until = d.At, d.At },
}, map[Action]string{schedule: "started"})

// ScheduleWorkflow returns what may happen to schedules. What it does not list is refused.
func ScheduleWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{States: []State{New, Running}, Starts: []State{New}, Rows: schedules.table.Transitions()}
}

// Start returns the schedule of a duty from an instant on, and the event that this is.
// It wants to be looked at when the duty first falls.
func (p *Policy) Start(duty string, from, recorded time.Time) (Schedule, []townclerk.Event, error) {
	s := Schedule{Record: Record{ID: ScheduleID(duty), State: New}, Duty: duty}
	if _, ok := p.duties[duty]; !ok {
		return Schedule{}, nil, fmt.Errorf("%q is no duty and no report%s", duty, p.suggest(tableDuties, duty))
	}
	d := &decision{p: p, k: schedules, r: &s.Record, c: &Command{Do: schedule, At: from, Recorded: later(recorded, from)}, schedule: &s}
	events, err := d.carryOut()
	if err != nil {
		return Schedule{}, nil, err
	}
	s.NextAt = s.Until
	return s, events, nil
}

// next returns the falls of a schedule that have come by an instant, at most so many,
// and the schedule as it is when they are made. A calendar that covers no more stops
// it, which it says as its Problem.
func (p *Policy) next(s Schedule, now time.Time, most int) ([]Fall, Schedule, []townclerk.Event) {
	s.Record = cloneRecord(s.Record)
	duty := p.duties[s.Duty]
	look := now.AddDate(0, 0, duty.longest())
	falls, err := p.Falls(s.Duty, townclerk.Period{From: s.Until, To: look})
	if err != nil {
		// What has come already may still be made.
		look = now.Add(time.Microsecond)
		if come, again := p.Falls(s.Duty, townclerk.Period{From: s.Until, To: look}); again == nil {
			falls = come
		}
	}
	var come []Fall
	s.NextAt = service.Micro(look)
	for _, f := range falls {
		if f.Began.After(now) || len(come) == most {
			s.NextAt = f.Began
			break
		}
		come = append(come, f)
		s.Until = f.Began.Add(time.Microsecond)
	}
	problem := ""
	if err != nil {
		problem = err.Error()
		s.NextAt = service.Micro(now.Add(24 * time.Hour))
	}
	events := p.problem(&s.Record, schedules, problem, now)
	if len(come) > 0 && s.Recorded.Before(now) {
		s.Recorded = now
	}
	return come, s, events
}
