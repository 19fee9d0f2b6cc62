package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/townclerk/townclerk/examples/incidentlog"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// replay is the command that answers "what would the other edition have made of this?".
type replay struct {
	PolicyDir string `arg:"" name:"policydir" help:"Folder that holds the policy, sla.toml."`
	OtherDir  string `arg:"" name:"otherdir" help:"Folder that holds the other edition of it."`
	History   string `arg:"" name:"history" help:"What happened: JSON Lines, one timeline or one ticket a line, or the CSV of another ticket system. - reads standard input."`
	Now       string `placeholder:"TIME" help:"The time as of which both judge. Default: the present."`
	Map       string `placeholder:"MAPPING" help:"How a CSV is to be read: servicenow, plain, or a TOML file like examples/incidentlog/servicenow.toml. Or tickets: JSON Lines that import wrote. Default: servicenow for .csv, else what the JSON Lines are."`
	JSON      bool   `name:"json" help:"Print JSON, one object."`
}

// Run prints what differs. The error is all that could not be read, after what could.
func (c *replay) Run(out io.Writer, s style, screen screen) error {
	old, err := readPolicy(c.PolicyDir)
	new, err2 := readPolicy(c.OtherDir)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	now := time.Now().Truncate(time.Second).In(old.Zone())
	if c.Now != "" {
		now, err = parseTime("--now", c.Now, old)
	}
	mapping, err2 := readMapping(c.Map, c.History)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	file, name, size, err := openInput(c.History)
	if err != nil {
		return err
	}
	defer file.Close()
	shown, done := screen.progress("replaying", file, size)
	var notes notes
	r := sla.Replay(old, new, c.timelines(shown, name, mapping, old, &notes), now)
	done()
	p := replayer{style: s, out: out, before: c.PolicyDir, after: c.OtherDir, old: old, new: new}
	if c.JSON {
		err = p.json(r, &notes)
	} else {
		p.history = name
		if mapping != nil {
			p.history += ", read as " + mapping.Name
		}
		p.text(r, &notes)
	}
	return errors.Join(r.Err(), err)
}

// openInput opens a file, or standard input for "-". The size is negative if it is
// not known.
func openInput(path string) (file *os.File, name string, size int64, err error) {
	if path == "-" {
		return os.Stdin, "standard input", -1, nil
	}
	if file, err = os.Open(path); err != nil {
		return nil, "", 0, unread(path, err)
	}
	size = -1
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return file, path, size, nil
}

// readMapping returns how the CSV at a path is read, as --map has it, or nil for JSON
// Lines.
func readMapping(name, path string) (*incidentlog.Mapping, error) {
	switch {
	case name == "servicenow" || name == "" && strings.EqualFold(filepath.Ext(path), ".csv"):
		return incidentlog.ServiceNow(), nil
	case name == "plain":
		return incidentlog.Plain(), nil
	case name == "" || name == "tickets":
		return nil, nil
	default:
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("--map: %w; write servicenow or plain, or name a TOML file", unread(name, err))
		}
		return incidentlog.ParseMapping(data, name)
	}
}

func (c *replay) timelines(r io.Reader, name string, mapping *incidentlog.Mapping, old *sla.Policy, notes *notes) iter.Seq2[sla.Timeline, error] {
	if mapping == nil {
		lines := bufio.NewReader(r)
		if c.Map == "tickets" || areTickets(lines) {
			return ticketTimelines(lines, name)
		}
		return sla.ReadTimelines(lines, name)
	}
	return incidentlog.Read(r, name, mapping, old.Zone(), notes.add)
}

// areTickets reports whether JSON Lines are tickets as an export has them, and not
// timelines: their lines say first which format they are of.
func areTickets(r *bufio.Reader) bool {
	begin, _ := r.Peek(64) // an error comes again with the first read
	begin = bytes.TrimSpace(bytes.TrimPrefix(begin, []byte("\ufeff")))
	return bytes.HasPrefix(begin, []byte(`{"format":`))
}

// ticketTimelines reads the timelines of tickets and their stages, as import keeps them.
func ticketTimelines(r io.Reader, name string) iter.Seq2[sla.Timeline, error] {
	return func(yield func(sla.Timeline, error) bool) {
		for record, err := range ticket.ReadRecords(r, name) {
			if err != nil {
				if !yield(sla.Timeline{}, err) {
					return
				}
				continue
			}
			for _, tl := range record.Ticket.Timelines() {
				if number := record.Ticket.Number; number != "" { // people know it by that
					tl.ID = number + strings.TrimPrefix(tl.ID, string(record.Ticket.ID))
				}
				if !yield(tl, nil) {
					return
				}
			}
		}
	}
}

// notes counts what was put right in a CSV, and keeps one example of each kind.
type notes struct {
	kinds []noteCount
}

type noteCount struct {
	incidentlog.Note
	count int
}

func (n *notes) add(note incidentlog.Note) {
	for i := range n.kinds {
		if n.kinds[i].Kind == note.Kind {
			n.kinds[i].count++
			return
		}
	}
	n.kinds = append(n.kinds, noteCount{note, 1})
}

// screen is where progress is shown, if it is a terminal.
type screen struct {
	*os.File
}

// progress shows how much of r has been read, of size bytes or, if that is negative,
// of an unknown number. done clears it away.
func (s screen) progress(what string, r io.Reader, size int64) (shown io.Reader, done func()) {
	if s.File == nil || !term.IsTerminal(int(s.Fd())) {
		return r, func() {}
	}
	bar := progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(s.File),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(),
	)
	reader := progressbar.NewReader(r, bar)
	return &reader, func() { _ = bar.Finish() }
}
