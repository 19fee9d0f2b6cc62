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
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/ticket"
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

	Separator string   `toml:"separator"` // between columns, one character; default: a comma
	Encoding  string   `toml:"encoding"`  // such as windows-1255; default: UTF-8. A byte order mark goes before it
	Optional  []string `toml:"optional"`  // columns that a log may lack

	Attributes map[string]string            `toml:"attributes"` // columns by attribute
	Values     map[string]map[string]string `toml:"values"`     // by attribute, what the policy calls the log's values
	States     map[string]State             `toml:"states"`
	Changes    map[string]string            `toml:"changes"` // kinds of event by column

	// What only [ReadTickets] reads.
	Ticket   map[string]string `toml:"ticket"`   // columns by what they hold of a ticket: see ticketKeys
	Fields   map[string]string `toml:"fields"`   // columns by the name under which a ticket keeps what they last said
	Defaults map[string]string `toml:"defaults"` // attributes of tickets of which the log does not say them

	layout   string
	zone     *time.Location    // or nil
	encoding encoding.Encoding // nil: UTF-8
}

// State is what a state of the log means.
type State struct {
	Event string `toml:"event"` // that happens when a ticket gets there
	Waits string `toml:"waits"` // the reason of the pause while it is there
	Ends  bool   `toml:"ends"`  // so that leaving it is a reopening
	At    string `toml:"at"`    // a column that should say when it got there

	Is ticket.State `toml:"is"` // the workflow's state; only [ReadTickets] needs it
}

// ticketKeys is what a column may hold of a ticket. The attributes among them are
// read as those of [Mapping.Attributes] are.
var ticketKeys = []string{
	"channel", "department", "class", "type", "item", "cause", "impact", "urgency", "priority", "critical", "tier",
	"opener", "unit", "recorder", "subject", "text", "team", "handler", "vendor", "treatment",
}

// ticketAttributes is the first of ticketKeys: what promises match on.
var ticketAttributes = ticketKeys[:11]

//go:embed servicenow.toml
var serviceNow []byte

//go:embed plain.toml
var plain []byte

// Plain returns the mapping of a layout made for who writes a CSV on purpose. The
// comments of plain.toml describe it.
func Plain() *Mapping {
	m, err := ParseMapping(plain, "plain.toml")
	if err != nil {
		panic(err) // a test reads it
	}
	return m
}

// ServiceNow returns the mapping of a ServiceNow desk's audit log.
func ServiceNow() *Mapping {
	m, err := ParseMapping(serviceNow, "servicenow.toml")
	if err != nil {
		panic(err) // a test reads it
	}
	return m
}

// ParseMapping reads a mapping from TOML. All unknown keys come back or, once there are
// none, all other mistakes, each a [*townclerk.FileError]; the name is that of the file.
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
		if m.Attributes[attribute] == "" && (m.Ticket[attribute] == "" || !slices.Contains(ticketAttributes, attribute)) {
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
	return append(wrong, m.checkTickets()...)
}

// checkTickets returns what is wrong with what is said of files and tickets.
func (m *Mapping) checkTickets() []error {
	var wrong []error
	if r := []rune(m.Separator); m.Separator != "" && (len(r) != 1 || strings.ContainsAny(m.Separator, "\"\r\n\ufffd")) {
		wrong = append(wrong, fmt.Errorf("separator: %q is not one character that can stand between columns; write \";\" or \"\\t\"", m.Separator))
	}
	if m.Encoding != "" {
		found, err := htmlindex.Get(m.Encoding)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("encoding: %q is not known; write one such as \"utf-8\", \"windows-1255\" or \"windows-1250\"", m.Encoding))
		}
		if found != unicode.UTF8 {
			m.encoding = found
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.Ticket)) {
		switch {
		case !slices.Contains(ticketKeys, key):
			wrong = append(wrong, fmt.Errorf("ticket.%s: a ticket has no such field; it has %s", key, strings.Join(ticketKeys, ", ")))
		case m.Attributes[key] != "":
			wrong = append(wrong, fmt.Errorf("ticket.%s: [attributes] names a column for it already", key))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		if is := m.States[name].Is; is != "" && (!slices.Contains(ticket.States, is) || is == ticket.Pending) {
			wrong = append(wrong, fmt.Errorf("states.%q.is: %q is no state of imported tickets; write new, assigned, waiting, \"at vendor\", treated, closed, cancelled or moved", name, is))
		}
		if s := m.States[name]; s.Is == ticket.Waiting && s.Waits == "" {
			wrong = append(wrong, fmt.Errorf("states.%q.waits: missing; say for what it waits", name))
		}
	}
	return wrong
}

// checkImport returns what a mapping lacks by which tickets are to be read.
func (m *Mapping) checkImport() []error {
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		if m.States[name].Is == "" {
			wrong = append(wrong, fmt.Errorf("the mapping %s: states.%q.is: missing; say which state of a ticket it is, such as is = \"assigned\"", m.Name, name))
		}
	}
	return wrong
}

// columns lists those that a log has to have.
func (m *Mapping) columns(tickets bool) []string {
	all := []string{m.Number, m.Opened, m.Updated, m.State}
	if tickets {
		all = slices.AppendSeq(all, maps.Values(m.Ticket))
		all = slices.AppendSeq(all, maps.Values(m.Fields))
	}
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
