package incidentlog

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// realLog opens the log of a real desk, which is not part of this project.
func realLog(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open("../../../shared/data/incident_event_log.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the log is not part of this project")
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// raanana is how a desk works whose people write what the test's logs say.
func raanana(t *testing.T) *ticket.Policy {
	t.Helper()
	charter, err := policies.Files.ReadFile("raanana/sla.toml")
	require.NoError(t, err)
	promises, err := sla.Parse(charter, "raanana/sla.toml")
	require.NoError(t, err)
	data, err := policies.Files.ReadFile("raanana/ticket.toml")
	require.NoError(t, err)
	p, err := ticket.Parse(data, "raanana/ticket.toml", promises)
	require.NoError(t, err)
	return p
}

func readTickets(r io.Reader, m *Mapping, desk Desk) (all []ticket.Record, wrong error) {
	for record, err := range ReadTickets(r, "log.csv", m, desk) {
		wrong = errors.Join(wrong, err)
		if err == nil {
			all = append(all, record)
		}
	}
	return all, wrong
}

func warsaw(t *testing.T, note func(Note)) Desk {
	return Desk{Tenant: "town", Zone: zone(t, "Europe/Warsaw"), Note: note}
}

// Each state is what the workflow has for it, in the ticket and in its log.
func TestReadTickets(t *testing.T) {
	var notes []Note
	log, err := os.ReadFile("testdata/plain.csv")
	require.NoError(t, err)
	got, wrong := readTickets(bytes.NewReader(log), Plain(), Desk{
		Tenant: "town", Policy: raanana(t), Zone: zone(t, "Asia/Jerusalem"), Note: func(n Note) { notes = append(notes, n) },
	})
	require.NoError(t, wrong)
	require.Len(t, got, 4)
	var logs []string
	for _, r := range got {
		logs = append(logs, show(sla.Timeline{ID: r.Ticket.Number, Events: r.Ticket.Log}))
		require.Len(t, r.Events, 1)
	}
	require.Equal(t, []string{`A
  03-02 07:00 +00 opened [channel:phone class:incident critical:false department:operations priority:normal]
  03-02 07:10 +00 reclassified [critical:true priority:high]
  03-02 07:10 +00 transferred
  03-02 07:10 +00 action-begun
  03-02 08:00 +00 transferred
  03-02 08:00 +00 paused awaiting-user
  03-02 09:00 +00 resumed awaiting-user
  03-02 09:00 +00 handed-over
  03-02 10:00 +00 vendor-done
  03-02 11:00 +00 treated
  03-02 11:00 +00 resolved
  03-02 12:00 +00 reopened
  03-02 13:00 +00 treated
  03-02 13:00 +00 resolved
  03-02 13:00 +00 closed
`, `B
  03-02 07:00 +00 opened [channel:phone class:network critical:false department:operations]
  03-03 07:00 +00 transferred
`, `C
  03-02 07:00 +00 opened [channel:phone class:incident critical:false department:operations]
  03-03 07:00 +00 moved-to-project
  03-03 07:00 +00 cancelled
`, `D
  03-02 07:00 +00 opened [channel:phone class:incident critical:false department:operations]
  03-03 07:00 +00 transferred
  03-03 07:00 +00 handed-over
`}, logs)
	require.Equal(t, []Note{
		{1, "", NotRead, "colour"},
		{9, "A", Untreated, "it was assigned before"},
	}, notes)

	a := got[0].Ticket
	at := func(clock string) time.Time {
		moment, err := time.Parse("2006-01-02 15:04", "2026-03-02 "+clock)
		require.NoError(t, err)
		return moment
	}
	a.Log = nil
	require.Equal(t, ticket.Ticket{
		ID: ID("town", "plain", "A"), Number: "A", State: ticket.Closed, Opened: at("07:00"), Recorded: at("13:00"), Closed: at("13:00"),
		Edition: a.Edition, Channel: "phone", Opener: "u-1", Department: "operations", Class: "incident", Priority: "high", Critical: true,
		Subject: "מדפסת", Team: "field", Handler: "u-4", Treatment: "new drum",
		Calls: []ticket.Call{{Number: 1, Vendor: "service-company", Follower: "u-4", Owed: at("09:00"), Opened: at("09:00"), Done: at("10:00")}},
	}, a)
	b, c, d := got[1].Ticket, got[2].Ticket, got[3].Ticket
	require.Equal(t, ticket.Assigned, b.State, "a team has it")
	require.Equal(t, b.Recorded, b.NextAt, "the next sweep looks at it")
	require.Equal(t, ticket.Moved, c.State)
	require.Equal(t, ticket.AtVendor, d.State)
	require.Zero(t, d.Calls[0].Done)
}

// What ReadTickets makes of a log is judged as what Read makes of it.
func TestTicketsAreJudgedAsTimelines(t *testing.T) {
	before, err := os.ReadFile("../townclerk/testdata/replay/before/sla.toml")
	require.NoError(t, err)
	promises, err := sla.Parse(before, "before/sla.toml")
	require.NoError(t, err)
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	verdicts := func(tl sla.Timeline) (all []string) {
		a, err := promises.Assess(tl, now)
		require.NoError(t, err)
		for i := range a.Clocks {
			c := &a.Clocks[i]
			all = append(all, fmt.Sprint(c.Target.ID, c.Number, c.State, c.Due.UTC(), c.Breached.UTC(), c.Ended.UTC()))
		}
		return all
	}
	judge := func(log io.ReadSeeker, m *Mapping) int {
		want := map[string][]string{}
		for tl, err := range Read(log, "log.csv", m, promises.Zone(), nil) {
			require.NoError(t, err)
			want[tl.ID] = verdicts(tl)
		}
		_, err := log.Seek(0, io.SeekStart)
		require.NoError(t, err)
		got, wrong := readTickets(log, m, Desk{Zone: promises.Zone()})
		require.NoError(t, wrong)
		require.Len(t, got, len(want))
		for _, r := range got {
			require.Equal(t, want[r.Ticket.Number], verdicts(r.Ticket.Timelines()[0]), r.Ticket.Number)
		}
		return len(got)
	}
	t.Run("sample", func(t *testing.T) {
		sample, err := os.ReadFile("testdata/sample.csv")
		require.NoError(t, err)
		m := ServiceNow()
		m.Optional = slices.Collect(func(yield func(string) bool) {
			for _, column := range m.Ticket {
				yield(column)
			}
			for _, column := range m.Fields {
				yield(column)
			}
		})
		require.Equal(t, 4, judge(strings.NewReader(string(sample)), m))
	})
	t.Run("real", func(t *testing.T) { require.Equal(t, 890, judge(realLog(t), ServiceNow())) })
}

// Every incident of a real log becomes a ticket, and storing it twice changes nothing.
func TestImportRealLog(t *testing.T) {
	rows, err := csv.NewReader(realLog(t)).ReadAll()
	require.NoError(t, err)
	numbers := map[string]bool{}
	for _, row := range rows[1:] {
		numbers[row[0]] = true
	}
	require.Len(t, numbers, 890)

	store := ticket.NewMemStore()
	for pass, want := range []ticket.Restored{ticket.Created, ticket.Already} {
		stored := map[string]bool{}
		got, wrong := readTickets(realLog(t), ServiceNow(), Desk{Tenant: "town", Zone: zone(t, "America/Sao_Paulo")})
		require.NoError(t, wrong)
		for _, r := range got {
			made, became, err := ticket.Restore(t.Context(), store, "town", r)
			require.NoError(t, err)
			require.Equal(t, want, became)
			require.Equal(t, int64(1), made.Version)
			require.Equal(t, ticket.Closed, made.State)
			require.NotEmpty(t, made.Opener)
			require.Equal(t, "phone", made.Channel)
			stored[made.Number] = true
		}
		require.Equal(t, numbers, stored, "pass %d", pass)
	}
	page, err := store.Tickets().List(t.Context(), "town", ticket.Query{Number: "INC0000045"})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
}

// The same tickets however the file is written.
func TestEncodings(t *testing.T) {
	const line = "number,opened,updated,state,class,subject\nA,2026-03-02 09:00:00,2026-03-02 09:05:00,new,incident,%s\n"
	for _, tt := range []struct {
		name, subject string
		encode        func(string) (string, error)
		mapping       func(*Mapping)
	}{
		{"UTF-8", "שלום świat", func(s string) (string, error) { return s, nil }, nil},
		{"UTF-8 with a mark", "שלום świat", unicode.UTF8BOM.NewEncoder().String, nil},
		{"UTF-8 with a mark, though the mapping says otherwise", "שלום", unicode.UTF8BOM.NewEncoder().String, encoded("windows-1255")},
		{"UTF-16 of a spreadsheet", "שלום świat", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String, nil},
		{"Windows-1255", "שלום עולם", charmap.Windows1255.NewEncoder().String, encoded("windows-1255")},
		{"Windows-1250", "zażółć gęślą jaźń", charmap.Windows1250.NewEncoder().String, encoded("Windows-1250")},
		{"CRLF", "a", func(s string) (string, error) { return strings.ReplaceAll(s, "\n", "\r\n"), nil }, nil},
		{"no line end", "a", func(s string) (string, error) { return strings.TrimSuffix(s, "\n"), nil }, nil},
		{"quotes", "a, \"b\"\nc", func(s string) (string, error) {
			return strings.ReplaceAll(s, "a, \"b\"\nc", "\"a, \"\"b\"\"\nc\""), nil
		}, nil},
		{"semicolons", "a, b", func(s string) (string, error) {
			return strings.ReplaceAll(strings.ReplaceAll(s, ",", ";"), "; b", ", b"), nil
		}, separated(";")},
		{"tabs", "a b", func(s string) (string, error) { return strings.ReplaceAll(s, ",", "\t"), nil }, separated("\t")},
		{"columns in another order, in spaces", "a", func(string) (string, error) {
			return " subject , state,opened,updated,number,class\n a ,new,2026-03-02 09:00:00,2026-03-02 09:05:00, A ,incident\n", nil
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := tt.encode(fmt.Sprintf(line, tt.subject))
			require.NoError(t, err)
			m := Plain()
			if tt.mapping != nil {
				tt.mapping(m)
				require.Empty(t, m.check())
			}
			got, wrong := readTickets(strings.NewReader(text), m, warsaw(t, nil))
			require.NoError(t, wrong)
			require.Len(t, got, 1)
			require.Equal(t, tt.subject, got[0].Ticket.Subject)
			require.Equal(t, "A", got[0].Ticket.Number)
		})
	}
}

func encoded(name string) func(*Mapping) { return func(m *Mapping) { m.Encoding = name } }
func separated(by string) func(*Mapping) { return func(m *Mapping) { m.Separator = by } }
func defaults(key, is string) func(*Mapping) {
	return func(m *Mapping) { m.Defaults = map[string]string{key: is} }
}
func stateless(name string) func(m *Mapping) { return func(m *Mapping) { m.States[name] = State{} } }

// What cannot be read is told with its line and the cure; the rest is read.
func TestReadTicketsMistakes(t *testing.T) {
	const head = "number,opened,updated,state,department,class,channel\n"
	const good = "A,2026-03-02 09:00:00,2026-03-02 09:05:00,new,operations,incident,phone\n"
	for _, tt := range []struct {
		name, log, want string
		read            int
		mapping         func(*Mapping)
	}{
		{"nothing", "", "log.csv: the file is empty; its first line names the columns", 0, nil},
		{"only a mark", "\ufeff", "log.csv: the file is empty; its first line names the columns", 0, nil},
		{"only columns", head, "", 0, nil},
		{"columns that are missing", "nmber,open,state\n", `log.csv:1: no column is named "number", which the mapping plain needs; there are nmber, open, state
log.csv:1: no column is named "opened", which the mapping plain needs; there are nmber, open, state
log.csv:1: no column is named "updated", which the mapping plain needs; there are nmber, open, state`, 0, nil},
		{"another separator", "number;opened;updated;state\n", `log.csv:1: no column is named "number", which the mapping plain needs; there are number;opened;updated;state; if ";" stands between columns, say so in the mapping: separator = ";"
log.csv:1: no column is named "opened", which the mapping plain needs; there are number;opened;updated;state; if ";" stands between columns, say so in the mapping: separator = ";"
log.csv:1: no column is named "state", which the mapping plain needs; there are number;opened;updated;state; if ";" stands between columns, say so in the mapping: separator = ";"
log.csv:1: no column is named "updated", which the mapping plain needs; there are number;opened;updated;state; if ";" stands between columns, say so in the mapping: separator = ";"`, 0, nil},
		{"a column twice", "number,opened,updated,state,state\n", `log.csv:1: two columns are named "state"; say which one counts by giving the other another name`, 0, nil},
		{"a column twice that nothing needs", strings.ReplaceAll(head+good, "\n", ",x,x\n"), "", 1, nil},
		{"another encoding", head + "\xf9\xec\xe5\xed,2026-03-02 09:00:00,2026-03-02 09:05:00,new,operations,incident,phone\n" + good,
			`log.csv:2: "\xf9\xec\xe5\xed" has a character that is none in UTF-8; the mapping says how it is encoded, as encoding = "windows-1255"`, 1, nil},
		{"a character that the encoding lacks", head + "\xd9,2026-03-02 09:00:00,2026-03-02 09:05:00,new,operations,incident,phone\n" + good,
			`log.csv:2: "` + "\ufffd" + `" has a character that is none in windows-1255; the mapping says how it is encoded, as encoding = "windows-1255"`, 1, encoded("windows-1255")},
		{"a zero character", head + "\x00,2026-03-02 09:00:00,2026-03-02 09:05:00,new,operations,incident,phone\n" + good,
			`log.csv:2: "\x00" has a character that is none in UTF-8; the mapping says how it is encoded, as encoding = "windows-1255"`, 1, nil},
		{"a day that does not exist", head + good + "B,2026-02-30 09:00:00,2026-03-02 09:05:00,new,operations,incident,phone\n",
			`log.csv:3: opened: "2026-02-30 09:00:00" is not a time that is written as YYYY-MM-DD hh:mm:ss`, 1, nil},
		{"what the policy does not know", head + good + "B,2026-03-02 09:00:00,2026-03-02 09:05:00,new,sewage,incident,telex\nB,2026-03-02 09:00:00,2026-03-02 09:06:00,new,operations,incident,phone\n",
			`log.csv:3: channel: "telex" is none of [channels]; known: phone, fax, email, portal, walk-in; [values.channel] of the mapping plain says what the policy calls what the log has
log.csv:3: department: "sewage" is none of [departments]; known: operations, information-systems, website; [values.department] of the mapping plain says what the policy calls what the log has`, 1, nil},
		{"what the log does not say", head + good + "B,2026-03-02 09:00:00,2026-03-02 09:05:00,new,,incident,\n",
			`log.csv:3: department: missing; name one of [departments]; [defaults] of the mapping plain may say it`, 1, nil},
		{"what the mapping says for it", head + good + "B,2026-03-02 09:00:00,2026-03-02 09:05:00,new,,incident,\n", "", 2, defaults("department", "operations")},
		{"a default of nothing", head + good, `the mapping plain: defaults.departement: tickets have no such attribute; they have `, 0, defaults("departement", "operations")},
		{"a state that is none of ours", head + good, `the mapping plain: states."new".is: missing; say which state of a ticket it is, such as is = "assigned"`, 0, stateless("new")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := Plain()
			if tt.mapping != nil {
				tt.mapping(m)
				require.Empty(t, m.check())
			}
			got, wrong := readTickets(strings.NewReader(tt.log), m, Desk{Policy: raanana(t), Zone: time.UTC})
			require.Len(t, got, tt.read)
			if tt.want == "" {
				require.NoError(t, wrong)
				return
			}
			require.Error(t, wrong)
			require.True(t, strings.HasPrefix(wrong.Error(), tt.want), wrong.Error())
		})
	}
}

func TestParseTicketMappingMistakes(t *testing.T) {
	for add, want := range map[string]string{
		"separator = \";;\"":                `m.toml: separator: ";;" is not one character that can stand between columns; write ";" or "\t"`,
		"separator = '\"'":                  `m.toml: separator: "\"" is not one character that can stand between columns; write ";" or "\t"`,
		"encoding = \"windows-hebrew\"":     `m.toml: encoding: "windows-hebrew" is not known; write one such as "utf-8", "windows-1255" or "windows-1250"`,
		"ticket = { opner = \"who\" }":      `m.toml: ticket.opner: a ticket has no such field; it has channel, department, `,
		"ticket = { class = \"kind\" }":     `m.toml: ticket.class: [attributes] names a column for it already`,
		"values.opener = { \"a\" = \"b\" }": `m.toml: values.opener: [attributes] names no column for it`,
		"states.x = { is = \"asleep\" }":    `m.toml: states."x".is: "asleep" is no state of imported tickets; write new, assigned, waiting, "at vendor", treated, closed, cancelled or moved`,
		"states.x = { is = \"pending\" }":   `m.toml: states."x".is: "pending" is no state of imported tickets; write new, `,
		"states.x = { is = \"waiting\" }":   `m.toml: states."x".waits: missing; say for what it waits`,
	} {
		text := add + "\n" + small
		if strings.HasPrefix(add, "states") {
			text = small + strings.TrimPrefix(add, "states.") + "\n"
		}
		_, err := ParseMapping([]byte(text), "m.toml")
		require.ErrorContains(t, err, want)
	}
}

// The id of a ticket is the same whenever it is read, and another's for another town,
// system or number, however they are spelt.
func TestIDsFollowFromNumbers(t *testing.T) {
	require.Equal(t, ticket.ID("7dad1945-97ef-5f47-b67d-f45510762db2"), ID("town", "plain", "A"), "ids are kept by people's databases")
	seen := map[ticket.ID]bool{}
	for _, parts := range [][3]string{{"a", "b", "c"}, {"a", "b", "d"}, {"a", "c", "c"}, {"b", "b", "c"}, {"a b", "", "c"}, {"a", "b c", ""}, {`a" "b`, "", "c"}} {
		id := ID(townclerk.Tenant(parts[0]), parts[1], parts[2])
		require.False(t, seen[id], parts)
		seen[id] = true
	}
}

// endless makes a log of so many tickets as it is read.
type endless struct {
	tickets, next int
	rest          []byte
}

func (e *endless) Read(p []byte) (int, error) {
	for len(e.rest) == 0 {
		switch e.next++; {
		case e.next == 1:
			e.rest = []byte("number,opened,updated,state,class,subject\n")
		case e.next > e.tickets:
			return 0, io.EOF
		default:
			for _, state := range []string{"new", "assigned", "treated", "closed"} {
				e.rest = fmt.Appendf(e.rest, "%d,2026-03-02 09:00:00,2026-03-02 09:05:00,%s,incident,%s\n", e.next, state, strings.Repeat("x", 1000))
			}
		}
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// A quote that is never closed takes no more than a line may.
func TestAQuoteThatIsNotClosed(t *testing.T) {
	read := 0
	rest := readerFunc(func(p []byte) (int, error) {
		read += len(p)
		return copy(p, bytes.Repeat([]byte("x,\n"), len(p)/3+1)), nil
	})
	const head = "number,opened,updated,state,class\nA,2026-03-02 09:00:00,2026-03-02 09:05:00,new,incident\nB,\""
	got, wrong := readTickets(io.MultiReader(strings.NewReader(head), rest), Plain(), warsaw(t, nil))
	require.EqualError(t, wrong, "log.csv: after line 2: a line is longer than 16 MiB; perhaps a quote is not closed")
	require.Len(t, got, 1)
	require.Less(t, read, 2*longestLine)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Whatever is read can be kept, comes back as it was, and is there the second time.
func FuzzReadTickets(f *testing.F) {
	for _, name := range []string{"sample.csv", "plain.csv"} {
		log, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		f.Add(string(log))
	}
	f.Add("number,opened,updated,state\n\"A,2026-03-02 09:00:00")
	f.Add("\xff\xfen\x00u\x00")
	zone, err := time.LoadLocation("Asia/Jerusalem")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, log string) {
		for _, m := range []*Mapping{Plain(), ServiceNow()} {
			m.Optional = slices.Concat(slices.Collect(maps.Values(m.Ticket)), slices.Collect(maps.Values(m.Fields)), slices.Collect(maps.Values(m.Attributes)))
			store := ticket.NewMemStore()
			got, _ := readTickets(strings.NewReader(log), m, Desk{Tenant: "town", Zone: zone})
			for _, r := range got {
				var line bytes.Buffer
				require.NoError(t, ticket.WriteRecord(&line, r))
				for back, err := range ticket.ReadRecords(&line, "line") {
					require.NoError(t, err)
					require.Equal(t, r, back)
				}
				for _, want := range []ticket.Restored{ticket.Created, ticket.Already} {
					_, became, err := ticket.Restore(t.Context(), store, "town", r)
					require.NoError(t, err)
					require.Equal(t, want, became)
				}
			}
		}
	})
}

// Of a long log only the numbers are kept: some tens of bytes a ticket, whatever is
// said of it.
func TestReadTicketsHoldsOnlyNumbers(t *testing.T) {
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const tickets = 20_000 // of four kilobytes each
	before, after, n := live(), uint64(0), 0
	for _, err := range ReadTickets(&endless{tickets: tickets}, "log.csv", Plain(), warsaw(t, nil)) {
		require.NoError(t, err)
		if n++; n == tickets-1 {
			after = live()
		}
	}
	require.Equal(t, tickets-1, n)
	if after > before && (after-before)/tickets > 200 {
		t.Errorf("%d bytes are held for each ticket", (after-before)/tickets)
	}
}
