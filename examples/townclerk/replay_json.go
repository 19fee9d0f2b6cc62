package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk/examples/incidentlog"
	"github.com/townclerk/townclerk/sla"
)

// replayJSON is what replay --json prints. Months and times are in the zone of the
// first edition; spans are seconds, exactly.
type replayJSON struct {
	Now          *time.Time          `json:"now"`
	Timelines    int                 `json:"timelines"`
	Failed       int                 `json:"failed"`
	UncoveredOld int                 `json:"uncovered_old"`
	UncoveredNew int                 `json:"uncovered_new"`
	Added        []string            `json:"added"`
	Removed      []string            `json:"removed"`
	Targets      []replayTargetJSON  `json:"targets"`
	Differences  []differenceJSON    `json:"differences"`
	Notes        []replayedNotesJSON `json:"notes,omitempty"`
}

type replayTargetJSON struct {
	ID     string           `json:"id"`
	Metric string           `json:"metric"`
	Kind   sla.Kind         `json:"kind"`
	All    comparisonJSON   `json:"all"`
	Months []comparisonJSON `json:"months"`
}

type comparisonJSON struct {
	Month       string    `json:"month,omitempty"`
	Old         tallyJSON `json:"old"`
	New         tallyJSON `json:"new"`
	Replaced    int       `json:"replaced"`
	MetToMissed int       `json:"met_to_missed"`
	MissedToMet int       `json:"missed_to_met"`
	Earlier     movesJSON `json:"earlier"`
	Later       movesJSON `json:"later"`
}

type tallyJSON struct {
	Clocks       int `json:"clocks"`
	Met          int `json:"met"`
	Missed       int `json:"missed"`
	Open         int `json:"open"`
	Cancelled    int `json:"cancelled"`
	Undetermined int `json:"undetermined"`
	Overrun      int `json:"overrun"`
}

type movesJSON struct {
	Count   int         `json:"count"`
	Sum     json.Number `json:"sum"`
	Largest json.Number `json:"largest"`
	Median  json.Number `json:"median"`
}

type differenceJSON struct {
	Timeline string      `json:"timeline"`
	Note     string      `json:"note,omitempty"`
	By       json.Number `json:"by"` // negative: earlier
	Old      targetJSON  `json:"old"`
	New      targetJSON  `json:"new"`
}

type replayedNotesJSON struct {
	Kind   incidentlog.NoteKind `json:"kind"`
	Count  int                  `json:"count"`
	Line   int                  `json:"line"` // of the first
	Ticket string               `json:"ticket"`
	Text   string               `json:"text"`
}

func (p replayer) json(r *sla.Replayed, notes *notes) error {
	in := local{p.old.Zone(), newVoice("en")}
	j := replayJSON{
		Now: in.time(r.Now), Timelines: r.Timelines, Failed: r.Failed,
		UncoveredOld: r.UncoveredOld, UncoveredNew: r.UncoveredNew,
		Added: append([]string{}, r.Added...), Removed: append([]string{}, r.Removed...),
		Targets: []replayTargetJSON{}, Differences: []differenceJSON{},
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		to := replayTargetJSON{ID: t.ID, Metric: t.Metric, Kind: t.Kind, All: comparison(&t.All), Months: []comparisonJSON{}}
		for k := range t.Months {
			to.Months = append(to.Months, comparison(&t.Months[k]))
		}
		j.Targets = append(j.Targets, to)
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		old, new := in.target(&d.Old), in.target(&d.New)
		old.clockJSON, new.clockJSON = in.clock(&d.Old), in.clock(&d.New)
		j.Differences = append(j.Differences, differenceJSON{d.Timeline, d.Note, seconds(d.By), old, new})
	}
	for _, n := range notes.kinds {
		j.Notes = append(j.Notes, replayedNotesJSON{n.Kind, n.count, n.Line, n.Ticket, n.Text})
	}
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(j)
}

func comparison(c *sla.Comparison) comparisonJSON {
	return comparisonJSON{
		Month: c.Month, Old: tallyJSON(c.Old), New: tallyJSON(c.New),
		Replaced: c.Replaced, MetToMissed: c.MetToMissed, MissedToMet: c.MissedToMet,
		Earlier: moves(&c.Earlier), Later: moves(&c.Later),
	}
}

func moves(m *sla.Moves) movesJSON {
	return movesJSON{m.Count, seconds(m.Sum), seconds(m.Largest), seconds(m.Median)}
}

// seconds prints a span with as many decimals as it has.
func seconds(s sla.Span) json.Number {
	sign, whole, nanos := "", s.Seconds, s.Nanos
	if whole < 0 || nanos < 0 {
		sign, whole, nanos = "-", -whole, -nanos
	}
	text := fmt.Sprintf("%s%d", sign, whole)
	if nanos > 0 {
		text += strings.TrimRight(fmt.Sprintf(".%09d", nanos), "0")
	}
	return json.Number(text)
}
