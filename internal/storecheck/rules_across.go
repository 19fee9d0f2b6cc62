package storecheck

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
)

// acrossRules are those about what each Repo of a store has for itself, though they
// are in one store.
var acrossRules = []storeRule{
	{"ids", (*whole).idsAcross},
	{"numbers", (*whole).numbersAcross},
	{"unique keys", (*whole).keysAcross},
	{"claims", (*whole).claimsAcross},
}

// traits are what not all aggregates have.
type traits interface {
	// numbered creates the nth aggregate and returns its Number; ok is false if it has none.
	numbered(tenant townclerk.Tenant, n int) (number string, ok bool)
	// keyed creates the nth aggregate with this as all its unique keys, if it has any.
	keyed(tenant townclerk.Tenant, n int, key string) error
	// dueAt creates the nth aggregate under an id, with a NextAt, if it has one and the
	// id is free.
	dueAt(tenant townclerk.Tenant, n int, id string, at time.Time) bool
	claimed(tenant townclerk.Tenant, now, until time.Time) []string
}

func (tr *trial[S, T, Q]) numbered(tenant townclerk.Tenant, n int) (number string, ok bool) {
	if tr.Number == nil {
		return "", false
	}
	t := tr.bare(n, fmt.Sprintf("%s-%03d", tr.Name, n))
	*tr.Series(&t) = "2026"
	t = tr.create(tenant, t)
	return *tr.Number(&t), true
}

func (tr *trial[S, T, Q]) keyed(tenant townclerk.Tenant, n int, key string) error {
	t := tr.bare(n, fmt.Sprintf("%s-%03d", tr.Name, n))
	for _, u := range tr.Unique {
		u.Set(&t, key)
	}
	_, err := tr.repo.Create(tr.ctx, tenant, t)
	return err
}

func (tr *trial[S, T, Q]) dueAt(tenant townclerk.Tenant, n int, id string, at time.Time) bool {
	if tr.NextAt == nil {
		return false
	}
	t := tr.bare(n, id)
	*tr.NextAt(&t) = at
	_, err := tr.repo.Create(tr.ctx, tenant, t)
	return err == nil
}

func (tr *trial[S, T, Q]) claimed(tenant townclerk.Tenant, now, until time.Time) []string {
	if tr.NextAt == nil {
		return nil
	}
	return tr.ids(tr.claim(tenant, now, until, 100))
}

// idsAcross: an id is found only in the Repo where it was created, and names
// something else in each.
func (w *whole) idsAcross() {
	for i, mine := range w.repos {
		id := fmt.Sprintf("one %d", i)
		w.must(mine.write(town, id, i, 0), "Create of the first %s", mine.name())
		for j, repo := range w.repos {
			if i != j {
				w.absent(id, repo, mine)
			}
		}
		for j, repo := range w.repos {
			if i != j {
				w.must(repo.write(town, id, i, 0), "Create of a %s with the id of a %s", repo.name(), mine.name())
				w.must(repo.write(town, id, i, 1), "Put of a %s with the id of a %s", repo.name(), mine.name())
			}
		}
		if version, err := mine.version(town, id); err != nil || version != 1 {
			w.failf("after another Repo's Put of its id, a %s has Version %d, want 1 (%v)", mine.name(), version, err)
		}
	}
}

func (w *whole) absent(id string, repo, mine repository) {
	if _, err := repo.version(town, id); !errors.Is(err, townclerk.ErrNotFound) {
		w.failf("Get of a %s with the id of a %s: %v, want an error that wraps ErrNotFound", repo.name(), mine.name(), err)
	}
	if err := repo.write(town, id, 1, 1); !errors.Is(err, townclerk.ErrNotFound) {
		w.failf("Put of a %s with the id of a %s: %v, want an error that wraps ErrNotFound", repo.name(), mine.name(), err)
	}
	if slices.Contains(repo.listed(town), id) {
		w.failf("List of each %s returned a %s", repo.name(), mine.name())
	}
}

// numbersAcross: each Repo counts its own, in series of the same name too.
func (w *whole) numbersAcross() {
	for n := range 3 {
		for _, repo := range w.repos {
			want := fmt.Sprintf("2026-%06d", n+1)
			if got, ok := repo.numbered(town, n); ok && got != want {
				w.failf("number %d of a %s is %q, want %q", n+1, repo.name(), got, want)
			}
		}
	}
}

// keysAcross: the unique keys of a Repo are its own.
func (w *whole) keysAcross() {
	for n, repo := range w.repos {
		w.must(repo.keyed(town, n, "key"), "Create of a %s with a unique key that another Repo has", repo.name())
	}
}

// claimsAcross: who claims or puts what is due in one Repo leaves the others'.
func (w *whole) claimsAcross() {
	until := noon.Add(time.Hour)
	var due []repository
	for n, repo := range w.repos {
		if repo.dueAt("alone", n, "one", noon) {
			repo.claimed("alone", noon, until)
			if len(repo.claimed("alone", noon, until)) > 0 {
				return // that is for another rule to say
			}
			due = append(due, repo)
		}
	}
	for n, repo := range due {
		if !repo.dueAt(town, n, "one", noon) {
			return // likewise
		}
	}
	for _, repo := range due {
		if got := repo.claimed(town, noon, until); !slices.Equal(got, []string{"one"}) {
			w.failf("Claim of each %s, after those of other Repos, returned %q, want %q", repo.name(), got, "one")
		}
	}
	for n, repo := range due {
		w.must(repo.write(town, "one", n, 1), "Put of a %s", repo.name())
		for _, later := range due[n+1:] {
			if got := later.claimed(town, noon, until); len(got) > 0 {
				w.failf("after a Put of a %s, Claim of each %s returned %q, which is claimed", repo.name(), later.name(), got)
			}
		}
	}
}
