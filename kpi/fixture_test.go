package kpi

import (
	"context"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

const town townclerk.Tenant = "town"

// read returns a file of testdata, with some texts replaced by others.
func read(t testing.TB, name string, replace ...string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	for i := 0; i < len(replace); i += 2 {
		require.Contains(t, string(data), replace[i])
	}
	return []byte(strings.NewReplacer(replace...).Replace(string(data)))
}

func promises(t testing.TB) *sla.Policy {
	t.Helper()
	p, err := sla.Parse(read(t, "sla.toml"), "sla.toml")
	require.NoError(t, err)
	return p
}

// policy is that of testdata, with some texts replaced by others.
func policy(t testing.TB, replace ...string) *Policy {
	t.Helper()
	p, err := Parse(read(t, "kpi.toml", replace...), "kpi.toml", promises(t))
	require.NoError(t, err)
	return p
}

// at reads a time of Warsaw, as in "2026-06-07 15:00", or with the day of the week.
func local(t testing.TB, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Warsaw")
	require.NoError(t, err)
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "Mon 2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			if strings.HasPrefix(layout, "Mon") {
				require.Equal(t, text[:3], at.Format("Mon"), text)
			}
			return at.UTC()
		}
	}
	t.Fatalf("%q is no time", text)
	return time.Time{}
}

func date(t testing.TB, text string) worktime.Date {
	t.Helper()
	d, err := worktime.ParseDate(text)
	require.NoError(t, err)
	return d
}

func between(t testing.TB, from, to string) townclerk.Period {
	return townclerk.Period{From: local(t, from+" 00:00"), To: local(t, to+" 00:00")}
}

func stream[T any](all ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, t := range all {
			if !yield(t, nil) {
				return
			}
		}
	}
}

// trial is a register on a store in memory, whose clock the test sets.
type trial struct {
	t     testing.TB
	ctx   context.Context
	store Store
	*Register
	at      time.Time
	servers []string
	ids     int
}

func newTrial(t testing.TB, p *Policy, now string) *trial {
	tr := &trial{t: t, ctx: context.Background(), store: NewMemStore(), servers: []string{"s-1", "s-2"}}
	tr.Register = tr.register(tr.store, p)
	tr.set(now)
	return tr
}

func (tr *trial) register(s Store, p *Policy) *Register {
	return NewRegister(s, p, Config{
		Now:   func() time.Time { return tr.at },
		NewID: func() ID { tr.ids++; return ID(fmt.Sprintf("id-%d", tr.ids)) },
		Items: func(context.Context, townclerk.Tenant, string, time.Time) ([]string, error) { return tr.servers, nil },
		Sources: map[string]Source{"repairs": func(context.Context, townclerk.Tenant, townclerk.Period) (Count, error) {
			return Count{N: 9, D: 100, Evidence: []string{"protocol-1"}}, nil
		}},
		Promised: func(_ context.Context, _ townclerk.Tenant, target string, _ townclerk.Period) (Count, error) {
			return Count{N: 9, D: 10, Evidence: []string{target}}, nil
		},
	})
}

func (tr *trial) set(now string) { tr.at = local(tr.t, now) }

func (tr *trial) sweep() int {
	tr.t.Helper()
	n, err := tr.Sweep(tr.ctx, town, tr.at)
	require.NoError(tr.t, err)
	return n
}

func (tr *trial) occurrence(duty, on string) Occurrence {
	tr.t.Helper()
	o, err := tr.store.Occurrences().Get(tr.ctx, town, string(OccurrenceID(duty, date(tr.t, on))))
	require.NoError(tr.t, err)
	return o
}

func (tr *trial) events() []string {
	tr.t.Helper()
	all, err := tr.store.Events(tr.ctx, town, 0, 10000)
	require.NoError(tr.t, err)
	var kinds []string
	for _, e := range all {
		kinds = append(kinds, e.Aggregate+" "+e.Kind)
	}
	return kinds
}

var (
	owner = Who{Actor: "u-1", Role: "owner"}
	admin = Who{Actor: "u-2", Role: "administrator"}
	head  = Who{Actor: "u-3", Role: "head"}
)
