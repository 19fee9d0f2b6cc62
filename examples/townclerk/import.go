package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/incidentlog"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// imports is the command that makes tickets of another system's log.
type imports struct {
	File     string            `arg:"" name:"file" help:"The log: a CSV, or the JSON Lines that --out writes. - reads standard input."`
	Map      string            `placeholder:"MAPPING" help:"How a CSV is to be read: servicenow, plain, or a TOML file like those in examples/incidentlog. Or tickets: JSON Lines that --out wrote. Default: servicenow for .csv, else tickets."`
	Policy   string            `placeholder:"POLICYDIR" help:"Folder that holds sla.toml and ticket.toml, which have to know what the tickets say. Default: anything will do."`
	Default  map[string]string `placeholder:"KEY=VALUE" help:"What a ticket is of which the log says nothing, such as department=operations. Goes before the mapping's defaults."`
	Zone     string            `placeholder:"ZONE" help:"The zone of the log's times, unless the mapping names one. Default: the policy's, or UTC."`
	Tenant   string            `default:"town" help:"Whose tickets they are; their ids follow from it."`
	Out      string            `placeholder:"FILE" xor:"kept" help:"Where the tickets are kept, as JSON Lines. What is there already stays. Default: they are only read."`
	Database string            `placeholder:"DATABASE" xor:"kept" help:"Or the database in which they are kept: postgres://…, or the path of a SQLite file. Its tables are brought to this release."`
	All      bool              `help:"List every mistake, not only the first few that are alike."`
}

// Run prints what was read. The error is all that could not be.
func (c *imports) Run(out io.Writer, s style, screen screen) error {
	i, err := c.prepare()
	if err != nil {
		return err
	}
	file, name, size, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	shown, done := screen.progress("importing", file, size)
	if c.Database != "" {
		err = i.into(c.Database, c.records(shown, name, i))
	} else {
		i.run(c.records(shown, name, i))
	}
	done()
	if i.created > 0 && c.Out != "" {
		err = i.save(c.Out)
	}
	if err != nil {
		return errors.Join(append(i.mistakes(name), err)...)
	}
	i.print(out, s, name, cmp.Or(c.Out, withoutPassword(c.Database)))
	return errors.Join(i.mistakes(name)...)
}

// importing is an import under way.
type importing struct {
	mapping *incidentlog.Mapping // nil: JSON Lines
	desk    incidentlog.Desk
	store   ticket.Store // nil: the tickets are only read
	all     bool

	created, already int
	changed          []string // the numbers of tickets whose past is another now
	renumbered       int
	states           map[ticket.State]int
	notes            notes
	failed           int // tickets and lines
	listed           []error
	alike            map[string]int // how many mistakes say the same
	unlisted         int
}

func (c *imports) prepare() (*importing, error) {
	mapping, err := readMapping(c.Map, c.File)
	if c.Map == "" && c.File == "-" {
		err = errors.New("--map: say how standard input is to be read: servicenow, plain, tickets (JSON Lines that --out wrote), or a TOML file")
	}
	i := &importing{mapping: mapping, all: c.All, states: map[ticket.State]int{}, alike: map[string]int{}}
	i.desk = incidentlog.Desk{Tenant: townclerk.Tenant(c.Tenant), Zone: time.UTC, Defaults: c.Default, Note: i.notes.add}
	if c.Policy != "" {
		policy, err2 := readDesk(c.Policy)
		if err = errors.Join(err, err2); err2 == nil {
			i.desk.Policy, i.desk.Zone = policy, policy.Promises().Zone()
		}
	}
	if c.Zone != "" {
		zone, err2 := time.LoadLocation(c.Zone)
		if err2 != nil {
			err = errors.Join(err, fmt.Errorf("--zone: %q is no time zone; write one such as Europe/Lisbon", c.Zone))
		}
		i.desk.Zone = zone
	}
	if err == nil && c.Out != "" {
		err = i.open(c.Out)
	}
	return i, err
}

// readDesk reads how a desk works, with its promises.
func readDesk(dir string) (*ticket.Policy, error) {
	promises, err := readPolicy(dir)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, "ticket.toml")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, unread(name, err)
	}
	return ticket.Parse(data, name, promises)
}

// open reads the tickets that are kept already. The store in memory stands for the
// database that a municipality would have.
func (i *importing) open(path string) error {
	i.store = ticket.NewMemStore()
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unread(path, err)
	}
	defer file.Close()
	var wrong []error
	for r, err := range ticket.ReadRecords(file, path) {
		if err == nil {
			_, became, failed := ticket.Restore(context.Background(), i.store, i.desk.Tenant, r)
			if err = failed; err == nil && became != ticket.Created {
				err = fmt.Errorf("%s: ticket %s stands twice", path, r.Ticket.ID)
			}
		}
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

func (c *imports) records(r io.Reader, name string, i *importing) iter.Seq2[ticket.Record, error] {
	if i.mapping == nil {
		return ticket.ReadRecords(r, name)
	}
	return incidentlog.ReadTickets(r, name, i.mapping, i.desk)
}

// run stores what is read.
func (i *importing) run(records iter.Seq2[ticket.Record, error]) {
	for r, err := range records {
		t, became := r.Ticket, ticket.Created
		if err == nil && i.store != nil {
			t, became, err = ticket.Restore(context.Background(), i.store, i.desk.Tenant, r)
		}
		i.count(r, t, became, err)
	}
}

// into stores what is read in a database.
func (i *importing) into(database string, records iter.Seq2[ticket.Record, error]) (err error) {
	ctx := context.Background()
	db, err := sqlstore.Open(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	return db.RestoreTickets(ctx, i.desk.Tenant, records, func(r sqlstore.Restored) { i.count(r.Record, r.Ticket, r.Became, r.Err) })
}

// withoutPassword returns the name of a database as it may be printed.
func withoutPassword(database string) string {
	if u, err := url.Parse(database); err == nil && u.User != nil {
		return u.Redacted()
	}
	return database
}

// count takes down what became of a ticket.
func (i *importing) count(r ticket.Record, t ticket.Ticket, became ticket.Restored, err error) {
	if err != nil {
		i.fail(err)
		return
	}
	switch became {
	case ticket.Created:
		i.created++
		if t.Number != r.Ticket.Number {
			i.renumbered++
		}
	case ticket.Already:
		i.already++
	case ticket.Differs:
		i.changed = append(i.changed, r.Ticket.Number)
	}
	i.states[r.Ticket.State]++
}

// How many mistakes are listed that say the same, and how many in all.
const (
	mostAlike  = 5
	mostListed = 1000
)

// fail keeps mistakes to be listed.
func (i *importing) fail(err error) {
	i.failed++
	for _, err := range parts(err) {
		text := err.Error()
		var f *townclerk.FileError
		if errors.As(err, &f) {
			text = f.Key + ": " + f.Problem
		}
		if !i.all && (len(i.listed) == mostListed || i.alike[text] == mostAlike) {
			i.unlisted++
			continue
		}
		i.alike[text]++
		i.listed = append(i.listed, err)
	}
}

func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// mistakes returns what could not be read, to be printed line by line.
func (i *importing) mistakes(name string) []error {
	all := i.listed
	if i.unlisted > 0 {
		all = append(all, fmt.Errorf("%s: %d more mistakes are like those above; --all lists them", name, i.unlisted))
	}
	return all
}

// save writes all tickets beside the file, and puts that in its place.
func (i *importing) save(path string) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return unread(path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
			err = fmt.Errorf("%s: it is as it was: %w", path, err)
		}
	}()
	w := bufio.NewWriter(file)
	_, err = ticket.Export(context.Background(), i.store, i.desk.Tenant, w)
	if err = errors.Join(err, w.Flush(), file.Chmod(0o644), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func (i *importing) print(out io.Writer, s style, name, kept string) {
	how := "JSON Lines"
	if m := i.mapping; m != nil {
		zone := i.desk.Zone.String()
		if m.Zone != "" {
			zone = m.Zone
		}
		how = fmt.Sprintf("%s, times in %s", m.Name, zone)
	}
	fmt.Fprintf(out, "%s, read as %s.\n", name, how)
	read := i.created + i.already + len(i.changed)
	left := ended(i.failed, "; %d more could not be read and were left out")
	if i.failed == 1 {
		left = "; 1 more could not be read and was left out"
	}
	fmt.Fprintln(out, s.bold(counted(read, "ticket")+left+"."))
	for _, state := range ticket.States {
		if n := i.states[state]; n > 0 {
			fmt.Fprintf(out, "  %-10s %d\n", state, n)
		}
	}
	if kept == "" {
		fmt.Fprintln(out, "Nothing was kept; --out tickets.jsonl keeps them.")
	} else {
		fmt.Fprintf(out, "%s: %d new, %d already there, %d changed since and left as they are%s.\n", kept, i.created, i.already, len(i.changed), ended(i.renumbered, "; %d have another number now"))
	}
	if n := len(i.changed); n > 0 {
		fmt.Fprintf(out, "changed: %s%s\n", strings.Join(i.changed[:min(n, mostAlike)], ", "), ended(n-mostAlike, ", and %d more"))
	}
	i.notes.print(out)
}

// ended returns what is said of a number, unless there is nothing to say.
func ended(n int, format string) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(format, n)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
