package tomldoc

import (
	"fmt"
	"time"
)

// A policy is what the tests decode into: it has a field for each rule.
type policy struct {
	Format    int                 `toml:"format"`
	Note      string              `toml:"note,omitempty"`
	Draft     bool                `toml:"draft,omitempty"`
	Share     int8                `toml:"share,omitempty"`
	Calendars map[string]calendar `toml:"calendars,omitempty"`
	Roles     map[roleID]string   `toml:"roles,omitempty"`
	Targets   []target            `toml:"targets,omitempty"`
	Desk      *desk               `toml:"desk,omitempty"`
	Unused    chan int            `toml:"-"`
}

type roleID string

type calendar struct {
	Zone   string   `toml:"zone" required:"true" hint:"name a zone, such as \"Asia/Jerusalem\""`
	Days   []string `toml:"days,omitempty"`
	Closed []day    `toml:"closed,omitempty"`
	Opens  clock    `toml:"opens,omitempty"`
	Matrix [][]int  `toml:"matrix,omitempty"`
}

type target struct {
	named
	Metric      string       `toml:"metric,omitempty"`
	Calendar    string       `toml:"calendar,omitempty" required:"true"`
	Within      *duration    `toml:"within,omitempty"`
	Source      Strings      `toml:"source,omitempty"`
	Match       match        `toml:"match,omitempty"`
	Escalations []escalation `toml:"escalations,omitempty" hint:"write [[targets.escalations]] above each step"`
}

type named struct {
	ID    string            `toml:"id" required:"true" hint:"give it a short name of its own"`
	Title map[string]string `toml:"title,omitempty"`
}

type match struct {
	Category Strings         `toml:"category,omitempty"`
	Critical Scalar          `toml:"critical,omitempty"`
	Priority Scalars         `toml:"priority,omitempty"`
	Shifts   OneOrMore[hour] `toml:"shifts,omitempty"`
}

type hour struct {
	From clock `toml:"from" required:"true"`
}

type escalation struct {
	At string `toml:"at"`
	To string `toml:"to"`
}

type desk struct {
	Phone string `toml:"phone,omitempty"`
	Below *desk  `toml:"below,omitempty"`
}

// duration reads strings only.
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write \"20m\"", text)
	}
	*d = duration(parsed)
	return nil
}

// day reads strings and dates.
type day string

func (d *day) UnmarshalText(text []byte) error {
	if _, err := time.Parse(time.DateOnly, string(text)); err != nil {
		return fmt.Errorf("%q is not a date; write 2026-06-07", text)
	}
	*d = day(text)
	return nil
}

func (*day) AcceptsTOML(kind string) bool { return kind == "date" }

// clock reads strings, also "24:00", and times.
type clock string

func (c *clock) UnmarshalText(text []byte) error {
	*c = clock(text)
	return nil
}

func (*clock) AcceptsTOML(kind string) bool { return kind == "time" }
