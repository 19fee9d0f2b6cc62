package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/townclerk/townclerk"
)

// acrossFault mixes up the Repos of a store.
type acrossFault struct {
	name, rule string
	needs      string
}

const (
	numbers = "a Number"
	keys    = "a unique key that is text"
	dates   = "a NextAt"
)

var (
	anyID     = acrossFault{"Get finds any Repo's", "ids across", "ids"}
	oneID     = acrossFault{"an id is taken for all Repos", "ids across", "ids"}
	oneList   = acrossFault{"a list of all Repos", "ids across", "ids"}
	oneSeries = acrossFault{"one series for all Repos", "numbers across", numbers}
	oneKey    = acrossFault{"a unique key is taken for all Repos", "unique keys across", keys}
	oneClaim  = acrossFault{"a claim hides what another Repo has under the id", "claims across", dates}
	oneEnd    = acrossFault{"a Put ends a claim in another Repo", "claims across", dates}
	apart     = acrossFault{"events in order within each Repo only", "events", "ids"}

	acrossFaults = []acrossFault{anyID, oneID, oneList, oneSeries, oneKey, oneClaim, oneEnd, apart}
)

// common is what Repos that are mixed up share. Its other maps are by [at].
type common struct {
	mu     sync.Mutex
	ids    map[tenant][]string
	owner  map[string]string // the Repo in which an id was created last
	count  map[string]int    // of a series
	hidden map[string]map[string]time.Time
}

func newCommon() *common {
	return &common{ids: map[tenant][]string{}, owner: map[string]string{}, count: map[string]int{}, hidden: map[string]map[string]time.Time{}}
}

// taken says whether another Repo has what is named; if nobody does, by has it now.
func (with *common) taken(what, by string) bool {
	with.mu.Lock()
	defer with.mu.Unlock()
	owner, ok := with.owner[what]
	if !ok {
		with.owner[what] = by
	}
	return ok && owner != by
}

// elsewhere says whether another Repo has what is named.
func (with *common) elsewhere(what, than string) bool {
	with.mu.Lock()
	defer with.mu.Unlock()
	owner, ok := with.owner[what]
	return ok && owner != than
}

func (p *part[S, T, Q]) across(fault acrossFault) (harm func(S, *common) S, has bool) {
	switch fault.needs {
	case numbers:
		has = p.Number != nil
	case dates:
		has = p.NextAt != nil
	case keys:
		has = len(p.fields.key) > 0 && text(p.fields.key[0])
	default:
		has = true
	}
	return func(sound S, with *common) S {
		return p.wrap(sound, func(f *faulty[S, T, Q]) { f.mix(fault, with) })
	}, has
}

// mix mixes a Repo up with others that share what with has.
func (f *faulty[S, T, Q]) mix(fault acrossFault, with *common) {
	switch fault {
	case anyID, oneList, apart:
		f.knowing(with)
	case oneID:
		f.refusing(func(of tenant, t *T) bool { return with.taken(at(of, f.ID(t)), f.Name) })
	case oneKey:
		f.refusing(func(of tenant, t *T) bool {
			key := fmt.Sprint(f.fields.key[0].in(t)[0])
			return key != "" && with.taken(at(of, key), f.Name)
		})
	case oneSeries:
		f.counting(with)
	case oneClaim, oneEnd:
		f.claiming(with, fault == oneEnd)
	}
	switch fault {
	case anyID:
		f.get = func(ctx c, of tenant, id string) (T, error) {
			got, err := f.sound.Get(ctx, of, id)
			if errors.Is(err, townclerk.ErrNotFound) && with.elsewhere(at(of, id), f.Name) {
				f.SetID(&got, id)
				*f.Version(&got) = 1
				return got, nil
			}
			return got, err
		}
	case oneList:
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			page, err := f.sound.List(ctx, of, q)
			if err != nil || page.Next != "" {
				return page, err
			}
			with.mu.Lock()
			ids := slices.Clone(with.ids[of])
			with.mu.Unlock()
			for _, id := range ids {
				if with.elsewhere(at(of, id), f.Name) && f.missing(ctx, of, id) {
					var another T
					f.SetID(&another, id)
					page.Items = append(page.Items, another)
				}
			}
			return page, err
		}
	case apart:
		f.events = func(ctx c, of tenant, after seq, limit int) ([]event, error) {
			list, err := f.log.Events(ctx, of, after, limit)
			with.mu.Lock()
			defer with.mu.Unlock()
			slices.SortStableFunc(list, func(a, b event) int {
				x, y := with.owner[at(of, a.Aggregate)], with.owner[at(of, b.Aggregate)]
				if x < y {
					return -1
				} else if x > y {
					return 1
				}
				return 0
			})
			return list, err
		}
	}
}

// knowing has all Repos know which of them created an id.
func (f *faulty[S, T, Q]) knowing(with *common) {
	f.creates = true
	f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
		got, err := next(ctx, of, t, events...)
		if err == nil {
			with.mu.Lock()
			with.ids[of] = append(with.ids[of], f.ID(&t))
			with.owner[at(of, f.ID(&t))] = f.Name
			with.mu.Unlock()
		}
		return got, err
	}
}

// refusing has Create refuse what is taken.
func (f *faulty[S, T, Q]) refusing(taken func(tenant, *T) bool) {
	f.creates = true
	f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
		if taken(of, &t) {
			return t, townclerk.ErrExists
		}
		return next(ctx, of, t, events...)
	}
}

// counting has all Repos draw their numbers together.
func (f *faulty[S, T, Q]) counting(with *common) {
	drawn := map[string]string{}
	f.creates = true
	f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
		with.mu.Lock()
		defer with.mu.Unlock()
		got, err := next(ctx, of, t, events...)
		if series := *f.Series(&t); err == nil && series != "" {
			with.count[at(of, series)]++
			drawn[at(of, f.ID(&t))] = fmt.Sprintf("%s-%06d", series, with.count[at(of, series)])
		}
		return got, err
	}
	f.out = func(of tenant, t *T) {
		with.mu.Lock()
		defer with.mu.Unlock()
		if number, ok := drawn[at(of, f.ID(t))]; ok {
			*f.Number(t) = number
		}
	}
}

// claiming has a claim of one Repo hide the same id in others; or only a Put in one
// end the claims in others.
func (f *faulty[S, T, Q]) claiming(with *common, onlyPut bool) {
	f.claim = func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
		with.mu.Lock()
		defer with.mu.Unlock()
		list, err := f.sound.Claim(ctx, of, now, now, 100_000)
		if err != nil {
			return nil, err
		}
		var claimed []T
		for _, t := range list {
			by := with.hidden[at(of, f.ID(&t))]
			if by == nil {
				by = map[string]time.Time{}
				with.hidden[at(of, f.ID(&t))] = by
			}
			free := !by[f.Name].After(now)
			for other, until := range by {
				free = free && (onlyPut || other == f.Name || !until.After(now))
			}
			if free && len(claimed) < limit {
				by[f.Name] = until
				claimed = append(claimed, t)
			}
		}
		return claimed, nil
	}
	f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
		with.mu.Lock()
		defer with.mu.Unlock()
		got, err := f.sound.Put(ctx, of, t, events...)
		if by := with.hidden[at(of, f.ID(&t))]; err == nil && onlyPut {
			clear(by)
		} else if err == nil {
			delete(by, f.Name)
		}
		return got, err
	}
}
