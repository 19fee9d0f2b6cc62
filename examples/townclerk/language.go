package main

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	"github.com/townclerk/townclerk/sla"
)

// voice speaks the language of --lang: the library's sentences by its
// [sla.Language], the command's own by say.
type voice struct {
	*sla.Language
	printer *message.Printer
}

// UnmarshalText takes the language from the flag; kong calls it.
func (v *voice) UnmarshalText(text []byte) error {
	tag, err := language.Parse(string(text))
	base, _ := tag.Base()
	if err != nil || !slices.Contains(sla.Languages(), base.String()) {
		return fmt.Errorf("%q is not a language that townclerk speaks: write one of %s", text, strings.Join(sla.Languages(), ", "))
	}
	*v = newVoice(base.String())
	return nil
}

func newVoice(tag string) voice {
	l := sla.LanguageFor(tag)
	return voice{l, message.NewPrinter(language.Make(l.Tag()), message.Catalog(translations()))}
}

// say formats as Sprintf does, by the translation of the format. The values are
// texts in the language; what else there is goes through Isolate first.
func (v voice) say(format string, values ...any) string {
	return v.printer.Sprintf(format, values...)
}

// translate returns a sentence that the command did not write itself, such as an
// invariant's; without a translation, as it is.
func (v voice) translate(sentence string) string {
	return v.printer.Sprintf(message.Key(sentence, sentence))
}

// list returns texts in the language as a list.
func (v voice) list(texts []string) string {
	list := ""
	for i, text := range texts {
		if i > 0 {
			text = v.say("%s, %s", list, text)
		}
		list = text
	}
	return list
}

// line returns a line of text as a terminal should show it: one of a language that
// runs from right to left says so by its first character, since it may begin with
// a Latin name. Terminals that know nothing of directions show it in logical order.
func (v voice) line(text string) string {
	const rightToLeftMark = "\u200f"
	if v.RightToLeft() {
		return rightToLeftMark + text
	}
	return text
}

// titled returns a title in the language, or else the id.
func (v voice) titled(id string, titles map[string]string) string {
	if title := v.Title(titles); title != "" {
		return v.Isolate(title)
	}
	return v.Isolate(id)
}

// role returns the title of a policy's role, or its id if it has none.
func (v voice) role(policy *sla.Policy, id string) string {
	roles := policy.Roles()
	i := slices.IndexFunc(roles, func(r sla.Role) bool { return r.ID == id })
	if i < 0 {
		return v.Isolate(id)
	}
	return v.titled(id, roles[i].Titles)
}

// task says what somebody who is told is to do.
func (v voice) task(e *sla.Escalation) string {
	text := v.Action(e.Do)
	if e.Reason != "" {
		text += " (" + v.Isolate(e.Reason) + ")"
	}
	return text
}

// The files give for each English format what is said instead. Their test keeps
// them complete.
//
//go:embed languages/*.toml
var languageFiles embed.FS

var translations = sync.OnceValue(func() catalog.Catalog {
	all := catalog.NewBuilder(catalog.Fallback(language.English))
	for _, tag := range sla.Languages() {
		for english, translated := range translationsOf(tag) {
			if err := all.SetString(language.Make(tag), english, translated); err != nil {
				panic(err) // the formats are strings, and so never wrong
			}
		}
	}
	return all
})

// translationsOf reads a language's file; English has none.
func translationsOf(tag string) map[string]string {
	if tag == "en" {
		return nil
	}
	data, err := languageFiles.ReadFile("languages/" + tag + ".toml")
	if err != nil {
		panic(err)
	}
	var formats map[string]string
	if err := toml.Unmarshal(data, &formats); err != nil {
		panic(fmt.Sprintf("languages/%s.toml: %v", tag, err))
	}
	return formats
}
