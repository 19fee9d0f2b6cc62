package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/sla"
)

// demo is the command that tells how three offices keep what they have promised, and
// what else there is.
type demo struct {
	Part     string `arg:"" optional:"" default:"all" enum:"all,${parts}" help:"The part to tell: ${parts}. Default: all of them."`
	Database string `placeholder:"DATABASE" help:"Where to keep what the offices store: postgres://…, or the path of a SQLite file. Its tables are brought to this release; what is stored are tenants of the demo's own, which are removed at the end, and nothing else is touched. Default: a SQLite file, which is removed."`
	Keep     bool   `help:"Leave in --database what was stored, and say which tenants it is."`
}

// part is a piece of the demo that can be told alone.
type part struct {
	name string
	tell func(context.Context, scene) error
}

// demoParts is the whole demo, in its order. Each part stands in one of the files demo_*.go.
var demoParts = []part{
	{"raanana", raananaSunday},
	{"telephony", telephonyWeeks},
	{"iran-office", iranMonday},
	{"vendors", telephoned},
	{"inventory", inventoried},
	{"projects", developed},
	{"kalisz", kaliszYear},
	{"stari-grad", stariGradMonth},
	{"check", checked},
	{"replay", replayed},
	{"align", unkept},
}

// partNames is the parts as the command line has them.
func partNames() string {
	var names []string
	for _, p := range demoParts {
		names = append(names, p.name)
	}
	return strings.Join(names, ",")
}

// scene is where a part of the demo happens. Its tenant is its own.
type scene struct {
	style
	out    io.Writer
	stores sqlstore.Stores
	tenant townclerk.Tenant

	printed townclerk.Seq // the last event that was
}

// pageWidth is how many columns a line of the demo has, so that it fits any terminal.
const pageWidth = 78

// Run tells the parts that are asked for.
func (d demo) Run(out io.Writer, s style, warnings screen) error {
	// Also when nobody reads on: what was stored is removed first.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	defer stop()
	context.AfterFunc(ctx, stop) // who asks twice does not want to wait
	err := d.tell(ctx, scene{style: s, out: out}, warnings)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return fmt.Errorf("demo: %w", context.Cause(ctx))
	}
	return err
}

func (d demo) tell(ctx context.Context, s scene, warnings io.Writer) (err error) {
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	s.stores = db.Stores
	all := d.Part == "" || d.Part == "all"
	if all {
		s.text(introduction)
	}
	run := "demo-" + rand.Text() // nobody else's, also of those who run the demo at the same time
	for _, p := range demoParts {
		if !all && p.name != d.Part {
			continue
		}
		s.tenant = townclerk.Tenant(run + "/" + p.name)
		if err := d.part(ctx, p, s, warnings); err != nil {
			return err
		}
	}
	return nil
}

// part tells a part and removes what it stored.
func (d demo) part(ctx context.Context, p part, s scene, warnings io.Writer) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer func() {
		if d.Keep && d.Database != "" {
			fmt.Fprintf(warnings, "townclerk: what %s stored is kept, as the tenant %s\n", p.name, s.tenant)
			return
		}
		if left := s.stores.Forget(context.WithoutCancel(ctx), s.tenant); left != nil {
			err = errors.Join(err, fmt.Errorf("demo: what %s stored may still be there, as the tenant %s: %w", p.name, s.tenant, left))
		}
	}()
	return p.tell(ctx, s)
}

// open opens the database, and makes its tables where it has none. done closes it.
func (d demo) open(ctx context.Context) (db *sqlstore.DB, done func() error, err error) {
	database, remove := d.Database, func() error { return nil }
	if database == "" {
		dir, err := os.MkdirTemp("", "townclerk-demo-")
		if err != nil {
			return nil, nil, err
		}
		database, remove = filepath.Join(dir, "demo.db"), func() error { return os.RemoveAll(dir) }
	}
	if db, err = sqlstore.Open(ctx, database); err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	done = func() error { return errors.Join(db.Close(), remove()) }
	if err := db.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, done())
	}
	return db, done, nil
}

// text prints a paragraph as wide as the page.
func (s *scene) text(text string) {
	for _, line := range wrap(text, pageWidth) {
		fmt.Fprintln(s.out, line)
	}
}

// headline prints the name of a policy, and what is told of it.
func (s *scene) headline(name, about string) {
	fmt.Fprintf(s.out, "\n%s\n", s.bold(name))
	s.text(about)
}

// news prints the events that an outbox has and that were not printed yet.
func (s *scene) news(ctx context.Context, of townclerk.Outbox, print func(context.Context, townclerk.Event) error) error {
	for {
		events, err := of.Events(ctx, s.tenant, s.printed, 100)
		if err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			if err := print(ctx, e); err != nil {
				return err
			}
			s.printed = e.Seq
		}
	}
}

// openPolicy reads a file of a folder of the policies that the program contains, which
// rests on the promises there.
func openPolicy[P any](folder, file string, parse func(data []byte, name string, promises *sla.Policy) (P, error)) (policy P, err error) {
	files, err := fs.Sub(policies.Files, folder)
	if err != nil {
		return policy, err
	}
	promises, err := sla.Open(files)
	if err != nil {
		return policy, err
	}
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return policy, err
	}
	return parse(data, folder+"/"+file, promises)
}

var introduction = strings.TrimSpace(`
Three offices at work: what people do with tickets, by the desk of package ticket.
Each line says when, to which ticket, and what happened. Below it stands what was
promised by that, until when and why, or what came of it. » is a message to somebody.
What the offices have promised is in examples/policies, what happens in
examples/townclerk/demo_*.go.
`)
