// Package incidentlog reads the event logs of other ticket systems, as CSV, into
// timelines of package sla.
//
// A [Mapping] says which column and which state means what; it is data, and
// servicenow.toml, which [ServiceNow] returns, shows all of it. [Read] gives one
// timeline for each ticket: opened, with its attributes; changed, where they change;
// paused and resumed, as states are waited in; and whatever events the mapping
// names. Nothing is dropped in silence: what cannot be read is an error with its
// line, and what had to be put right is a [Note].
package incidentlog

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/townclerk/townclerk"
)

// Mapping says how a log is read. Its columns are called as in the first line.
type Mapping struct {
	Name    string   `toml:"name"`
	Number  string   `toml:"number"`
	Opened  string   `toml:"opened"`
	Updated string   `toml:"updated"`
	Update  string   `toml:"update"`
	State   string   `toml:"state"`
	Times   string   `toml:"times"` // of YYYY MM DD hh mm ss
	Unknown []string `toml:"unknown"`
	Zone    string   `toml:"zone"` // of the times; empty: that of [Read]

	Attributes map[string]string            `toml:"attributes"` // columns by attribute
	Values     map[string]map[string]string `toml:"values"`     // by attribute, what the policy calls the log's values
	States     map[string]State             `toml:"states"`
	Changes    map[string]string            `toml:"changes"` // kinds of event by column

	layout string
	zone   *time.Location // or nil
}

// State is what a state of the log means.
type State struct {
	Event string `toml:"event"` // that happens when a ticket gets there
	Waits string `toml:"waits"` // the reason of the pause while it is there
	Ends  bool   `toml:"ends"`  // so that leaving it is a reopening
	At    string `toml:"at"`    // a column that should say when it got there
}

//go:embed servicenow.toml
var serviceNow []byte

// ServiceNow returns the mapping of a ServiceNow desk's audit log.
func ServiceNow() *Mapping {
	m, err := ParseMapping(serviceNow, "servicenow.toml")
	if err != nil {
		panic(err) // a test reads it
	}
	return m
}

// ParseMapping reads a mapping from TOML. All mistakes come back, each a
// [*townclerk.FileError]; the name is that of the file.
func ParseMapping(data []byte, name string) (*Mapping, error) {
	var m Mapping
	d := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, located(name, err)
	}
	if wrong := m.check(); len(wrong) > 0 {
		for i, err := range wrong {
			wrong[i] = &townclerk.FileError{File: name, Problem: err.Error()}
		}
		return nil, errors.Join(wrong...)
	}
	return &m, nil
}

// located gives the mistakes that go-toml finds their lines.
func located(name string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		var wrong []error
		for i := range unknown.Errors {
			e := &unknown.Errors[i]
			line, _ := e.Position()
			wrong = append(wrong, &townclerk.FileError{File: name, Line: line, Key: strings.Join(e.Key(), "."), Problem: "unknown key"})
		}
		return errors.Join(wrong...)
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, _ := bad.Position()
		return &townclerk.FileError{File: name, Line: line, Key: strings.Join(bad.Key(), "."), Problem: strings.TrimPrefix(bad.Error(), "toml: ")}
	}
	return fmt.Errorf("%s: %w", name, err)
}

// check completes the mapping, and returns what is wrong with it.
func (m *Mapping) check() []error {
	var wrong []error
	for _, key := range []struct{ name, value, hint string }{
		{"number", m.Number, "the column that names the ticket"},
		{"opened", m.Opened, "the column that says when it was opened"},
		{"updated", m.Updated, "the column that says when the line was written"},
		{"state", m.State, "the column of its state"},
		{"times", m.Times, `how times are written, such as "YYYY-MM-DD hh:mm:ss"`},
	} {
		if key.value == "" {
			wrong = append(wrong, fmt.Errorf("%s: it is missing; it is %s", key.name, key.hint))
		}
	}
	m.layout = strings.NewReplacer("YYYY", "2006", "MM", "01", "DD", "02", "hh", "15", "mm", "04", "ss", "05").Replace(m.Times)
	if sample := time.Date(2031, 12, 30, 23, 58, 0, 0, time.UTC); m.Times != "" {
		if t, err := time.Parse(m.layout, sample.Format(m.layout)); err != nil || !t.Equal(sample) {
			wrong = append(wrong, fmt.Errorf("times: %q does not say a date and a time; write it as \"DD-MM-YYYY hh:mm\"", m.Times))
		}
	}
	if len(m.States) == 0 {
		wrong = append(wrong, errors.New("states: it is missing; say what each state means, as \"Resolved\" = { event = \"resolved\", ends = true }"))
	}
	for _, attribute := range slices.Sorted(maps.Keys(m.Values)) {
		if m.Attributes[attribute] == "" {
			wrong = append(wrong, fmt.Errorf("values.%s: [attributes] names no column for it", attribute))
		}
	}
	if m.Zone != "" {
		zone, err := time.LoadLocation(m.Zone)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("zone: %q is no time zone; write one such as \"Europe/Lisbon\"", m.Zone))
		}
		m.zone = zone
	}
	return wrong
}

// columns lists those that a log has to have.
func (m *Mapping) columns() []string {
	all := []string{m.Number, m.Opened, m.Updated, m.State}
	if m.Update != "" {
		all = append(all, m.Update)
	}
	for _, column := range m.Attributes {
		all = append(all, column)
	}
	for column := range m.Changes {
		all = append(all, column)
	}
	for _, s := range m.States {
		if s.At != "" {
			all = append(all, s.At)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
