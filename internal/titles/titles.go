// Package titles holds what the policy files of the domains have in common: tables
// whose entries have an id, a title in each language and the source they come from,
// and that name one another.
package titles

import (
	"slices"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

// Titles is what the entries of a file's tables are called. The zero Titles knows none.
type Titles struct {
	locales []string
	titles  map[string]map[string]string // by table and id, as in "roles/desk", then by locale
	sources map[string][]string
	ids     map[string][]string // of each table, in the order of the file
}

// IDs returns the ids of a table, in the order of the file. They are not to be changed.
func (t *Titles) IDs(table string) []string { return slices.Clip(t.ids[table]) }

// Locales returns the languages in which there are titles. They are not to be changed.
func (t *Titles) Locales() []string { return slices.Clip(t.locales) }

// Has reports whether a table has the id, or names none at all.
func (t *Titles) Has(table, id string) bool {
	ids := t.ids[table]
	return len(ids) == 0 || slices.Contains(ids, id)
}

// Of returns the titles of an entry by locale; nil if it has none.
func (t *Titles) Of(table, id string) map[string]string { return t.titles[table+"/"+id] }

// Source returns the requirements or clauses that an entry comes from.
func (t *Titles) Source(table, id string) []string { return slices.Clone(t.sources[table+"/"+id]) }

// In returns a title in a locale; where there is none it is the English one, else the id.
func In(titles map[string]string, locale, id string) string {
	for _, l := range []string{locale, "en"} {
		if title := titles[l]; title != "" {
			return title
		}
	}
	return id
}

// Reader reads the tables of a file. What is wrong becomes a mistake of the document.
type Reader struct {
	Titles
	Doc *tomldoc.Doc
}

// NewReader returns a reader of a document with these tables, in whose entries there
// is a title for each locale.
func NewReader(doc *tomldoc.Doc, locales []string, tables ...string) *Reader {
	r := &Reader{Doc: doc, Titles: Titles{
		locales: locales, titles: map[string]map[string]string{}, sources: map[string][]string{}, ids: map[string][]string{},
	}}
	for _, table := range tables {
		r.ids[table] = doc.Keys(tomldoc.At(table))
		if slices.Contains(r.ids[table], "") {
			doc.Errorf(tomldoc.At(table, ""), "an id is empty; write [%s.…] with a name", table)
		}
	}
	return r
}

// Format checks the format of the file, of which there is one.
func (r *Reader) Format(format int) {
	if here := tomldoc.At("format"); format != 1 && !r.Doc.Failed(here) {
		r.Doc.Errorf(here, "%d is not a format that is known here; write format = 1", format)
	}
}

// Entry keeps the titles and the source of an entry whose titles stand under the key
// title.
func (r *Reader) Entry(table, id string, titles map[string]string, source []string) {
	r.Label(tomldoc.At(table, id, "title"), table, id, titles)
	r.sources[table+"/"+id] = source
}

// Label keeps the titles of an id that stand at a path, and checks that there is one
// for each locale. No titles at all is no mistake here.
func (r *Reader) Label(here tomldoc.Path, table, id string, titles map[string]string) {
	if len(titles) == 0 {
		return
	}
	r.titles[table+"/"+id] = titles
	for _, locale := range r.locales {
		if titles[locale] == "" && !r.Doc.Failed(here) {
			r.Doc.Errorf(here, "there is none in %q, which locales names; write %s = \"…\"", locale, locale)
		}
	}
	for _, locale := range r.Doc.Keys(here) {
		if !slices.Contains(r.locales, locale) {
			r.Doc.Errorf(here.Add(locale), "%q is not one of the locales%s", locale, tomldoc.Suggest(locale, r.locales))
		}
	}
}

// OneOf checks that a value is one of those known.
func (r *Reader) OneOf(here tomldoc.Path, value string, known []string) {
	if !slices.Contains(known, value) {
		r.Doc.Errorf(here, "%q is not known%s", value, tomldoc.Suggest(value, known))
	}
}

// Ref checks that a table has the id, if there is one. It returns the id.
func (r *Reader) Ref(here tomldoc.Path, table, id string) string {
	if known := r.ids[table]; id != "" && !slices.Contains(known, id) {
		r.Doc.Errorf(here, "%q is none of [%s]%s", id, table, tomldoc.Suggest(id, known))
	}
	return id
}

// Refs checks that a table has the ids, each once.
func (r *Reader) Refs(here tomldoc.Path, table string, ids []string) []string {
	for _, id := range ids {
		r.Ref(here, table, id)
	}
	r.Once(here, ids)
	return ids
}

// Roles checks roles, each named once, that the file itself or the promises know.
func (r *Reader) Roles(here tomldoc.Path, ids, known []string) []string {
	for _, id := range ids {
		if !slices.Contains(known, id) {
			r.Doc.Errorf(here, "no role is named %q, here in [roles] or in sla.toml%s", id, tomldoc.Suggest(id, known))
		}
	}
	r.Once(here, ids)
	return ids
}

// Once checks that no value stands twice.
func (r *Reader) Once(here tomldoc.Path, values []string) {
	for i, v := range values {
		if slices.Contains(values[:i], v) {
			r.Doc.Errorf(here, "%q stands twice", v)
		}
	}
}
