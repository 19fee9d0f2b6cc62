package sla_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Whatever steps the engine makes of random policies and timelines, each language
// says them.
func TestEveryLanguageSaysRandomSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := drawTwinPolicy(t)
		policy, err := sla.Parse([]byte(drawn.text), "drawn.toml")
		if err != nil {
			t.Fatalf("%v in\n%s", err, drawn.text)
		}
		tl := drawTwinTimeline(t, drawn, policy)
		a := must(policy.Explain(tl, tl.Events[len(tl.Events)-1].At.Add(time.Hour)))
		saysAll(t, a.Clocks)
	})
}

// The example policies, from each hour of two weeks in which the clock changes and
// a feast lies, and from beyond their cover, whatever attribute a ticket has.
func TestEveryLanguageSaysTheExamples(t *testing.T) {
	for _, town := range []string{"raanana", "telephony", "iran-office"} {
		data, err := os.ReadFile("../examples/policies/" + town + "/sla.toml")
		require.NoError(t, err)
		policy, err := sla.Parse(data, town+"/sla.toml")
		require.NoError(t, err)
		tickets := []map[string]string{nil}
		for _, attribute := range policy.Attributes() {
			var more []map[string]string
			for _, value := range policy.Values(attribute.Key) {
				for _, ticket := range tickets {
					with := map[string]string{attribute.Key: value}
					for k, v := range ticket {
						with[k] = v
					}
					more = append(more, with)
				}
			}
			if tickets = append(tickets, more...); len(tickets) > 60 {
				tickets = tickets[:60]
			}
		}
		starts := []time.Time{time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)}
		for hour := range 14 * 24 / 5 {
			starts = append(starts, time.Date(2026, 3, 20, 5*hour, 0, 1, 0, time.UTC))
		}
		for _, ticket := range tickets {
			for _, start := range starts {
				saysAll(t, policy.Promise(start, ticket).Clocks)
			}
		}
	}
}

// saysAll fails for a step that a language has no sentence for, or only a part of one.
func saysAll(t require.TestingT, clocks []sla.Clock) {
	for i := range clocks {
		for _, step := range clocks[i].Steps() {
			for name, value := range step.Args {
				switch value.(type) {
				case string, int, bool, []string, time.Time, time.Duration, worktime.Date, worktime.TimeOfDay:
				default:
					t.Errorf("%s names %s, a %T, which no language can say", step.Rule, name, value)
				}
			}
			for _, tag := range sla.Languages() {
				text := sla.LanguageFor(tag).Why(step)
				if strings.ContainsAny(text, "{}") || strings.Trim(text, "\u2068\u2069") == step.Rule || strings.Contains(text, "<nil>") {
					t.Errorf("%s says %q of %+v", tag, text, step)
				}
			}
		}
	}
}
