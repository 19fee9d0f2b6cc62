package ticket

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// The kinds of requests of a department without promised times (SG-09 to SG-32,
// A-55), as its own policy would have them.
const kindsOfRequests = `
format = 1
name = "IT and e-government"
locales = ["en", "sr"]
notify = { calendar = "elapsed" }

[departments.it]
title = { en = "IT and e-government", sr = "Одсек за информатику" }

[channels.phone]                   # SG-29
title = { en = "Telephone", sr = "Телефон" }
[channels.email]
title = { en = "E-mail", sr = "Електронска пошта" }

[classes.fault]                    # SG-30
title = { en = "Fault", sr = "Квар" }
[classes.change]                   # SG-09
title = { en = "Change of a system", sr = "Измена система" }
[classes.account]                  # SG-14
title = { en = "Account or unit in OPIS", sr = "Налог или јединица у ОПИС-у" }
[classes.content]                  # SG-32
title = { en = "Content of the website", sr = "Садржај сајта" }

[items.change]                     # SG-16
title = { en = "Change of an application", sr = "Измена апликације" }
class = "change"
fields.because = { en = "Of a law, or of a user's need", sr = "Због прописа или потребе" }
fields.law = { en = "The law", sr = "Пропис" }
[items.role]                       # SG-15
title = { en = "Role for a post", sr = "Рола за радно место" }
class = "account"
fields.post = { en = "The post", sr = "Радно место" }
[items.equipment]                  # SG-24
title = { en = "New equipment", sr = "Нова опрема" }
class = "change"
checklist.network = { en = "Network extended", sr = "Мрежа проширена" }
checklist.directory = { en = "In the directory", sr = "У именику" }

[vendors.author]                   # SG-13: the author of the software
title = { en = "Author of the software", sr = "Аутор програма" }
[causes.software]
title = { en = "Software", sr = "Програм" }
vendor = "author"

[waits.part]                       # SG-31
title = { en = "A part", sr = "Део" }
parts = true

[work.on-site]                     # SG-30
title = { en = "At the user's", sr = "Код корисника" }
`

func TestRequestsOfStariGrad(t *testing.T) {
	promises, err := sla.Parse([]byte(`format = 1
name = "nothing is promised"
zone = "Europe/Belgrade"
[[targets]]
id = "duration"
metric = "duration"
kind = "estimate"
title = { en = "How long faults take" }
source = "A-55"
start = "opened"
meets = "closed"
calendar = "elapsed"
due = { immediate = true }
`), "sla.toml")
	require.NoError(t, err)
	p, err := Parse([]byte(kindsOfRequests), "ticket.toml", promises)
	require.NoError(t, err)
	store := NewMemStore()
	d := NewDesk(store, p, Config{Now: func() time.Time { return sunday }})
	who := Who{Actor: "u-2"}

	// SG-09, SG-14 to SG-16, SG-24, SG-29, SG-32: what can be asked for, and how.
	for _, r := range []Request{
		{Channel: "email", Class: "change"},
		{Channel: "phone", Class: "account"},
		{Channel: "email", Class: "content", Attributes: nil},
		{Channel: "phone", Item: "role", Fields: map[string]string{"post": "матичар"}},
		{Channel: "email", Item: "change", Fields: map[string]string{"because": "law", "law": "Сл. гласник 87/2018"}},
		{Channel: "email", Item: "equipment"},
	} {
		r.Opener = "u-1"
		_, err := d.Open(t.Context(), town, r)
		require.NoError(t, err)
	}
	_, err = d.Open(t.Context(), town, Request{Channel: "email", Opener: "u-1", Item: "change", Fields: map[string]string{"because": "law"}})
	require.ErrorContains(t, err, "fields.law: missing")

	// SG-30, SG-31, KA-09: identified at the user's, a component is procured and used.
	made, err := d.Open(t.Context(), town, Request{Channel: "phone", Opener: "u-1", Class: "fault", Subject: "кvara"}) // SG-36
	require.NoError(t, err)
	of := Of(made.ID)
	_, err = d.Order(t.Context(), town, made.ID, who, "disk", 2, "SG II P 01/7")
	require.ErrorContains(t, err, "it needs a diagnosis first")
	_, err = d.Write(t.Context(), town, of, who, "on-site", 30*time.Minute, "посета")
	require.NoError(t, err)
	_, err = d.Diagnose(t.Context(), town, of, who, Finding{Text: "диск", How: "on-site"})
	require.NoError(t, err)
	made, err = d.Order(t.Context(), town, made.ID, who, "disk", 2, "SG II P 01/7")
	require.NoError(t, err)
	require.Equal(t, Waiting, made.State)
	_, err = d.Receive(t.Context(), town, made.ID, who, 1)
	require.NoError(t, err)
	_, err = d.Assign(t.Context(), town, of, who, Assignment{Handler: "u-2"})
	require.NoError(t, err)

	// SG-13: with the author of the software, through a call of its own.
	made, err = d.Diagnose(t.Context(), town, of, who, Finding{Text: "и програм", Cause: "software", NeedsVendor: true})
	require.NoError(t, err)
	require.Equal(t, "author", made.Calls[0].Vendor)
	_, err = d.HandOver(t.Context(), town, of, who, VendorCall{Channel: "phone"})
	require.NoError(t, err)
	_, err = d.TakeBack(t.Context(), town, of, who, 0)
	require.NoError(t, err)
	made, err = d.Treat(t.Context(), town, of, who, Treatment{Text: "диск замењен", Used: map[int]int{1: 1}})
	require.NoError(t, err)
	require.Equal(t, 1, made.Parts[0].Used)

	// SG-33: what users say of it.
	made, err = d.Rate(t.Context(), town, made.ID, Who{Actor: "u-1"}, 4, "хвала")
	require.NoError(t, err)
	require.Equal(t, 4, made.Feedback[0].Score)
	sameStory(t, store)
}

// RA-03, TE-17: what comes in is on record with its channel, time and recorder,
// before anything is done. RA-27: what is on record never changes.
func TestHistoryIsKept(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	first := allEvents(t, store)
	require.Equal(t, "ticket.opened", first[0].Kind)
	require.EqualValues(t, "tali", first[0].Actor)
	require.True(t, first[0].At.Equal(sunday))
	data, err := ReadData(first[0])
	require.NoError(t, err)
	require.Equal(t, "phone", data.Request.Channel)
	for range 5 {
		c.add(time.Hour)
		_, err = d.Begin(t.Context(), town, Of(made.ID), desk)
		require.NoError(t, err)
		now := allEvents(t, store)
		require.Equal(t, first, now[:len(first)])
		require.Greater(t, len(now), len(first))
		first = now
	}
}

// RA-21, RA-25, RA-28, RA-46: passed on within 20 minutes of working time, and to a
// vendor at once after the diagnosis, through the system.
func TestPassedOn(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	for _, tt := range []struct{ opened, due string }{
		{"Sun 2026-06-07 09:00", "Sun 2026-06-07 09:20"},
		{"Sun 2026-06-07 16:25", "Mon 2026-06-08 07:45"},
	} {
		c.now = local(t, d.policy, tt.opened)
		made, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
		a, err := d.policy.Assess(made, c.now)
		require.NoError(t, err)
		require.True(t, a[0].Clock("transfer").Due.Equal(local(t, d.policy, tt.due)), tt.opened)

		made, err = d.Diagnose(t.Context(), town, Of(made.ID), desk, Finding{Text: "x", NeedsVendor: true})
		require.NoError(t, err)
		made, err = d.HandOver(t.Context(), town, Of(made.ID), desk, VendorCall{Channel: "system"})
		require.NoError(t, err)
		require.Equal(t, "system", made.Calls[0].Channel)
		a, err = d.policy.Assess(made, c.now)
		require.NoError(t, err)
		require.Equal(t, sla.Met, a[0].Clock("hand-over").State)
		require.Equal(t, sla.Met, a[0].Clock("transfer").State)
	}
}
