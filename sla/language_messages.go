package sla

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

//go:embed languages/*.toml
var languageFiles embed.FS

// messages is a language's messages by key.
type messages map[string]message

// message is the forms of a message by plural category; without plural, it has
// only other.
type message map[category]template

// template is a text in pieces: those with odd indices are the names of placeholders.
type template []string

func newLanguage(tag string, rtl bool, plural func(int) category) *Language {
	l := &Language{tag: tag, rtl: rtl, plural: plural}
	l.messages = sync.OnceValue(func() messages {
		name := "languages/" + tag + ".toml"
		data, err := languageFiles.ReadFile(name)
		if err != nil {
			panic(err) // the test of languages reads them all
		}
		m, err := parseMessages(data)
		if err != nil {
			panic(fmt.Sprintf("sla: %s: %v", name, err))
		}
		return m
	})
	return l
}

func parseMessages(data []byte) (messages, error) {
	var raw map[string]any
	if err := toml.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	all := messages{}
	for key, value := range raw {
		forms, ok := value.(map[string]any)
		if !ok {
			forms = map[string]any{string(pluralOther): value}
		}
		all[key] = message{}
		for name, text := range forms {
			t, err := parseTemplate(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			all[key][category(name)] = t
		}
	}
	return all, nil
}

func parseTemplate(value any) (template, error) {
	text, ok := value.(string)
	if !ok {
		return nil, fmt.Errorf("%v is not a text", value)
	}
	var t template
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "{")
		name, then, closed := strings.Cut(after, "}")
		if strings.Contains(before, "}") || found && (!closed || name == "" || strings.Contains(name, "{")) {
			return nil, fmt.Errorf("%q: braces stand around names, as in {from}", text)
		}
		t = append(t, before)
		if !found {
			return t, nil
		}
		t, rest = append(t, name), then
	}
}

func (l *Language) has(key string) bool {
	_, ok := l.messages()[key]
	return ok
}

// template returns a message without plural forms as it stands in the file.
func (l *Language) template(key string) string {
	var b strings.Builder
	for i, piece := range l.messages()[key][pluralOther] {
		if i%2 == 1 {
			piece = "{" + piece + "}"
		}
		b.WriteString(piece)
	}
	return b.String()
}

// say returns a message with the values put in; n decides its plural form.
func (l *Language) say(key string, values args) string {
	c := pluralOther
	if n, ok := values["n"].(int); ok {
		c = l.plural(n)
	}
	return l.form(key, c, values)
}

// form returns a message in the form for a plural category.
func (l *Language) form(key string, c category, values args) string {
	forms := l.messages()[key]
	t, ok := forms[c]
	if !ok {
		t = forms[pluralOther]
	}
	return l.fill(t, values)
}

// fill puts the values into a template.
func (l *Language) fill(t template, values args) string {
	var b strings.Builder
	for i, piece := range t {
		switch value, ok := values[piece]; {
		case i%2 == 0:
			b.WriteString(piece)
		case ok:
			b.WriteString(l.text(value))
		default:
			b.WriteString("{" + piece + "}")
		}
	}
	return b.String()
}

// plain returns a value as anybody would write it.
func plain(value any) string {
	if err, ok := value.(error); ok {
		return err.Error()
	}
	return fmt.Sprint(value)
}

// category is one of CLDR's plural categories.
type category string

const (
	pluralOne   category = "one"
	pluralTwo   category = "two"
	pluralFew   category = "few"
	pluralMany  category = "many"
	pluralOther category = "other"
)

// The plural rules of CLDR 48 for whole numbers; a negative one is like its absolute value.

func pluralEnglish(n int) category {
	if n == 1 || n == -1 {
		return pluralOne
	}
	return pluralOther
}

func pluralPersian(n int) category {
	if -1 <= n && n <= 1 {
		return pluralOne
	}
	return pluralOther
}

func pluralHebrew(n int) category {
	switch n {
	case 1, -1:
		return pluralOne
	case 2, -2:
		return pluralTwo
	}
	return pluralOther
}

func pluralPolish(n int) category {
	switch {
	case n == 1 || n == -1:
		return pluralOne
	case slavicFew(n):
		return pluralFew
	}
	return pluralMany
}

func pluralSerbian(n int) category {
	switch last, teens := abs(n%10), abs(n%100); {
	case last == 1 && teens != 11:
		return pluralOne
	case slavicFew(n):
		return pluralFew
	}
	return pluralOther
}

// slavicFew holds for 2 to 4, 22 to 24, …, but not 12 to 14.
func slavicFew(n int) bool {
	last, teens := abs(n%10), abs(n%100)
	return 2 <= last && last <= 4 && (teens < 12 || teens > 14)
}

func abs(n int) int { return max(n, -n) }
