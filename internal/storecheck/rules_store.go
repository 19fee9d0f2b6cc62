package storecheck

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/townclerk/townclerk"
)

// tenants: to a tenant, what belongs to another does not exist.
func (tr *trial[S, T, Q]) tenants() {
	mine := tr.Sample(1)
	if tr.NextAt != nil {
		*tr.NextAt(&mine) = noon
	}
	mine = tr.create(town, mine)
	id := tr.ID(&mine)

	if _, err := tr.repo.Get(tr.ctx, other, id); !errors.Is(err, townclerk.ErrNotFound) {
		tr.failf("Get of another tenant's: %v, want an error that wraps ErrNotFound", err)
	}
	if _, err := tr.repo.Put(tr.ctx, other, deep(mine)); !errors.Is(err, townclerk.ErrNotFound) {
		tr.failf("Put of another tenant's: %v, want an error that wraps ErrNotFound", err)
	}
	var q Q
	if n := len(tr.list(other, q, 10)); n != 0 {
		tr.failf("List returned %d of another tenant's", n)
	}
	if tr.NextAt != nil {
		if n := len(tr.claim(other, noon, noon.Add(time.Hour), 10)); n != 0 {
			tr.failf("Claim returned %d of another tenant's", n)
		}
	}
	tr.sameID(mine)
	tr.neighbours()
}

// sameID: ids, numbers and claims of two tenants are apart.
func (tr *trial[S, T, Q]) sameID(mine T) {
	theirs := tr.Sample(2)
	tr.SetID(&theirs, tr.ID(&mine))
	if tr.NextAt != nil {
		*tr.NextAt(&theirs) = noon
	}
	theirs, err := tr.repo.Create(tr.ctx, other, theirs)
	tr.must(err, "Create with an id that another tenant has")
	if tr.Number != nil && *tr.Number(&theirs) != *tr.Number(&mine) {
		tr.failf("the first Number of a tenant is %q, and that of another %q", *tr.Number(&mine), *tr.Number(&theirs))
	}
	if tr.NextAt != nil {
		tr.claim(town, noon, noon.Add(time.Hour), 10)
		if n := len(tr.claim(other, noon, noon.Add(time.Hour), 10)); n != 1 {
			tr.failf("a Claim hid what another tenant has under the same id")
		}
	}
	theirs = tr.put(other, theirs)
	tr.same("what is stored, after another tenant's Put with its id", tr.get(town, tr.ID(&mine)), mine)
}

// neighbours are tenants and ids that are the same when written together.
func (tr *trial[S, T, Q]) neighbours() {
	n := 10
	for _, between := range []string{"", "/", ":", ".", "|", "-", " ", "_", "\x1f"} {
		for _, pair := range [][2]string{{"a", "b" + between + "c"}, {"a" + between + "b", "c"}} {
			n++
			t := tr.Sample(n)
			tr.SetID(&t, pair[1])
			tenant := townclerk.Tenant(pair[0])
			_, err := tr.repo.Create(tr.ctx, tenant, t)
			// Without anything between, "a" has "bc" only once.
			tr.must(err, "Create of %q for %q", pair[1], tenant)
		}
	}
	for _, tenant := range []townclerk.Tenant{"A", "a ", "a%", "_", ""} {
		var q Q
		if n := len(tr.list(tenant, q, 0)); n != 0 {
			tr.failf("List of %q returned %d of another tenant's", tenant, n)
		}
	}
}

// numbers: each series counts from 1 without gaps, whatever fails; a Number stays.
func (tr *trial[S, T, Q]) numbers() {
	first := tr.create(town, tr.Sample(1))
	tr.isNumber("the first of a series", first, "2026-000001")
	if _, err := tr.repo.Create(tr.ctx, town, tr.Sample(1)); err == nil {
		return // that is for another rule to say
	}
	ctx, cancel := context.WithCancel(tr.ctx)
	cancel()
	_, cancelled := tr.repo.Create(ctx, town, tr.Sample(2))
	if cancelled != nil {
		tr.isNumber("the next, after Creates that failed", tr.create(town, tr.Sample(2)), "2026-000002")
	}
	t := tr.Sample(3)
	*tr.Series(&t), *tr.Number(&t) = "2027", "something else"
	tr.isNumber("the first of another series", tr.create(town, t), "2027-000001")
	t = tr.Sample(4)
	*tr.Series(&t), *tr.Number(&t) = "", "INC-7"
	tr.isNumber("one without a series", tr.create(town, t), "INC-7")

	changed := deep(first)
	*tr.Number(&changed), *tr.Series(&changed) = "2026-000777", "2028"
	tr.isNumber("after a Put", tr.put(town, changed), "2026-000001")
	tr.isNumber("after a Put, by Get", tr.get(town, tr.ID(&first)), "2026-000001")
	tr.numbersTogether()
}

func (tr *trial[S, T, Q]) isNumber(what string, t T, want string) {
	if got := *tr.Number(&t); got != want {
		tr.failf("%s has the Number %q, want %q", what, got, want)
	}
}

// numbersTogether draws numbers in many places at once, where every third Create fails.
func (tr *trial[S, T, Q]) numbersTogether() {
	var mu sync.Mutex
	var drawn []string
	tr.together(4, func(i int) {
		for j := range 12 {
			t := tr.bare(j, fmt.Sprintf("sample-%d", 100+20*i+j))
			if j%3 == 2 {
				tr.SetID(&t, "sample-001") // which is taken
			}
			*tr.Series(&t) = "many"
			got, err := tr.repo.Create(tr.ctx, town, t)
			if err == nil {
				mu.Lock()
				drawn = append(drawn, *tr.Number(&got))
				mu.Unlock()
			}
		}
	})
	slices.Sort(drawn)
	for i, number := range drawn {
		if want := fmt.Sprintf("many-%06d", i+1); number != want {
			tr.failf("among numbers drawn at once, number %d is %q, want %q", i+1, number, want)
			return
		}
	}
}

// byBytes are ids in the order of their bytes, which is not that of any language.
var byBytes = []string{"B", "Z", "_a", "a", "a b", "a-b", "a0", "aB", "ab", "b", "z", "Ä", "é", "א", "ب", "😀"}

// listOrder: by place, and those of one place by the bytes of the id.
func (tr *trial[S, T, Q]) listOrder() {
	var want []string
	for place := range 3 {
		for _, id := range byBytes {
			want = append(want, fmt.Sprintf("%d%s", 9-place, id)) // not the order of the ids alone
		}
	}
	// Some odd order in which to create them.
	for i := range want {
		n := (i*29 + 17) % len(want)
		tr.create(town, tr.bare(n/len(byBytes), want[n]))
	}
	var q Q
	if got := tr.ids(tr.list(town, q, len(want))); !slices.Equal(got, want) {
		// Whether all are there is for another rule to say.
		if slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			tr.failf("List returned %q, want %q", got, want)
		}
	}
}

// listPages: pages hold what they may, and all that is not written meanwhile is on
// exactly one.
func (tr *trial[S, T, Q]) listPages() {
	const n, limit = 25, 3
	for i := range n {
		// Two of each place, so that pages end between them.
		tr.create(town, tr.bare(100+i/2*10, fmt.Sprintf("sample-%03d", i)))
	}
	seen, moved := map[string]int{}, map[string]bool{}
	var q Q
	after := ""
	for turn := 0; ; turn++ {
		tr.Page(&q, after, limit)
		page, err := tr.repo.List(tr.ctx, town, q)
		tr.must(err, "List")
		if len(page.Items) > limit {
			tr.failf("a page holds %d, though at most %d were asked for", len(page.Items), limit)
		}
		for i := range page.Items {
			seen[tr.ID(&page.Items[i])]++
		}
		after = page.Next
		if after == "" || turn > 5*n {
			break
		}
		if turn < n/limit && len(page.Items) > 0 {
			tr.interfere(turn, page.Items, moved)
		}
	}
	if after != "" {
		tr.failf("there is no last page")
	}
	for i := range n {
		if id := fmt.Sprintf("sample-%03d", i); !moved[id] && seen[id] != 1 {
			tr.failf("%s is on %d pages, though it was not written meanwhile", id, seen[id])
		}
	}
	tr.Page(&q, "not the Next of any page", limit)
	if _, err := tr.repo.List(tr.ctx, town, q); err == nil {
		tr.failf("List after what was not the Next of any page returned no error")
	}
}

// interfere writes between two pages: in one turn before and after what the reader
// has seen, in the other it moves something seen to the end.
func (tr *trial[S, T, Q]) interfere(turn int, page []T, moved map[string]bool) {
	if turn%2 == 0 {
		for i, place := range []int{0, 1, 100_000} {
			tr.create(town, tr.bare(place, fmt.Sprintf("sample-%d", 1000+10*turn+i)))
		}
		return
	}
	for _, t := range page {
		moved[tr.ID(&t)] = true
		tr.Place(&t, 200_000)
		tr.put(town, t)
	}
}

// listSelection: a query selects what its fields say, and what all of them say where
// it has several, on one page or on many.
func (tr *trial[S, T, Q]) listSelection() {
	var stored []T
	for n := range 24 {
		t := tr.Sample(n)
		tr.Vary(&t, n)
		stored = append(stored, tr.create(town, t))
	}
	selects := func(s Selection[T, Q], limits ...int) {
		var want []string
		for i := range stored {
			if s.Wants(&stored[i]) {
				want = append(want, tr.ID(&stored[i]))
			}
		}
		slices.Sort(want)
		for _, limit := range limits {
			got := tr.ids(tr.list(town, s.Query, limit))
			slices.Sort(got)
			if !slices.Equal(got, want) {
				tr.failf("List %s returned %q, want %q", s.Name, got, want)
				return
			}
		}
	}
	selects(Selection[T, Q]{Name: "everything", Wants: func(*T) bool { return true }}, 0, 100, 2)
	for i, s := range tr.Selections {
		selects(s, 0, 100, 2)
		for _, other := range tr.Selections[:i] {
			if both, ok := s.and(other); ok {
				selects(both, 3)
			}
		}
	}
}

// and selects what both do; ok is false if there is no such query, as where a field
// would have to be both.
func (s Selection[T, Q]) and(other Selection[T, Q]) (both Selection[T, Q], ok bool) {
	both = Selection[T, Q]{
		Name: other.Name + " and " + s.Name, Query: other.Query,
		Wants: func(t *T) bool { return other.Wants(t) && s.Wants(t) },
	}
	if s.Alone || other.Alone {
		return both, false
	}
	to, from := reflect.ValueOf(&both.Query).Elem(), reflect.ValueOf(s.Query)
	for i := range from.NumField() {
		switch {
		case from.Field(i).IsZero():
		case !to.Field(i).IsZero():
			return both, false
		default:
			to.Field(i).Set(from.Field(i))
		}
	}
	return both, true
}

// claimRule: what is due is claimed, as it is stored; at most so many.
func (tr *trial[S, T, Q]) claimRule() {
	for limit := range 6 {
		tr.claimAtMost(townclerk.Tenant(fmt.Sprintf("town %d", limit)), limit)
	}
}

func (tr *trial[S, T, Q]) claimAtMost(tenant townclerk.Tenant, limit int) {
	tr.create(tenant, tr.Sample(1)) // never due
	var due []string
	stored := map[string]T{}
	for i, at := range []time.Duration{-time.Hour, -time.Microsecond, 0, time.Microsecond, time.Hour} {
		t := tr.create(tenant, tr.due(10+i, noon.Add(at)))
		if at <= 0 {
			due = append(due, tr.ID(&t))
		}
		stored[tr.ID(&t)] = t
	}
	if n := len(tr.claim(tenant, noon.Add(-2*time.Hour), noon, 10)); n != 0 {
		tr.failf("Claim returned %d before anything was due", n)
	}
	claimed := tr.claim(tenant, noon, noon.Add(time.Hour), limit)
	if len(claimed) != min(limit, len(due)) {
		tr.failf("Claim of at most %d returned %d of %d that are due", limit, len(claimed), len(due))
	}
	for i := range claimed {
		id := tr.ID(&claimed[i])
		if !slices.Contains(due, id) {
			tr.failf("Claim returned %s, which is not due", id)
		}
		tr.same("Claim", claimed[i], stored[id])
		tr.same("Get after Claim", tr.get(tenant, id), stored[id])
	}
}

// claimOrder: by NextAt, then by the bytes of the id, also where not all are claimed.
func (tr *trial[S, T, Q]) claimOrder() {
	var want []string
	for at := range 3 {
		for _, id := range byBytes {
			want = append(want, fmt.Sprintf("%d%s", 9-at, id))
		}
	}
	for _, limit := range []int{len(want), 5} {
		tenant := townclerk.Tenant(fmt.Sprintf("town %d", limit))
		for i := range want {
			n := (i*29 + 17) % len(want)
			t := tr.bare(n, want[n])
			*tr.NextAt(&t) = noon.Add(time.Duration(n/len(byBytes)) * time.Second)
			tr.create(tenant, t)
		}
		now := noon.Add(time.Hour)
		// How many there are is for another rule to say.
		got := tr.ids(tr.claim(tenant, now, now, limit))
		if n := min(len(got), limit); !slices.Equal(got[:n], want[:n]) {
			tr.failf("Claim of at most %d returned %q, want %q", limit, got, want[:limit])
		}
	}
}

// claimHides: what one has claimed, no other gets until the time that it named.
func (tr *trial[S, T, Q]) claimHides() {
	until := noon.Add(time.Hour)
	for i := range 4 {
		tr.create(town, tr.due(i, noon))
	}
	first := tr.ids(tr.claim(town, noon, until, 2))
	second := tr.ids(tr.claim(town, noon, until.Add(time.Hour), 10))
	for _, id := range second {
		if slices.Contains(first, id) {
			tr.failf("%s was claimed, and claimed again", id)
		}
	}
	for _, tt := range []struct {
		now  time.Time
		want int
	}{
		{noon.Add(time.Minute), 0},
		{until.Add(-time.Microsecond), 0},
		{until, len(first)},
	} {
		if n := len(tr.claim(town, tt.now, tt.now, 10)); n != tt.want {
			tr.failf("at %v, Claim returned %d of what is hidden until %v, want %d", tt.now, n, until, tt.want)
		}
	}
	tr.claimTogether()
}

// claimTogether has many claim the same.
func (tr *trial[S, T, Q]) claimTogether() {
	const n = 40
	later := noon.Add(24 * time.Hour)
	for i := range n {
		t := tr.bare(i, fmt.Sprintf("sample-%03d", i))
		*tr.NextAt(&t) = later
		tr.create("many", t)
	}
	var mu sync.Mutex
	times := map[string]int{}
	tr.together(5, func(int) {
		for range n {
			claimed := tr.claim("many", later, later.Add(time.Hour), 3)
			if len(claimed) == 0 {
				return
			}
			mu.Lock()
			for _, id := range tr.ids(claimed) {
				times[id]++
			}
			mu.Unlock()
		}
	})
	for id, n := range times {
		if n != 1 {
			tr.failf("%s was claimed %d times by many at once", id, n)
		}
	}
	if len(times) != n {
		tr.failf("%d were claimed by many at once, want %d", len(times), n)
	}
}

// putEndsClaim: what was claimed and put can be claimed again at once, if it is due.
func (tr *trial[S, T, Q]) putEndsClaim() {
	a := tr.create(town, tr.due(1, noon))
	b := tr.create(town, tr.due(2, noon))
	tr.claim(town, noon, noon.Add(time.Hour), 10)
	tr.put(town, a)
	*tr.NextAt(&b) = noon.Add(time.Minute)
	tr.put(town, b)
	claimable := func(now time.Time, id string, want bool) {
		if got := tr.ids(tr.claim(town, now, now, 10)); slices.Contains(got, id) != want {
			tr.failf("after Claim and Put, Claim at %v returned %q; that %s is among them should be %v", now, got, id, want)
		}
	}
	claimable(noon, tr.ID(&a), true)
	claimable(noon, tr.ID(&b), false)
	claimable(noon.Add(time.Minute), tr.ID(&b), true)
}
