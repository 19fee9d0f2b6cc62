package tomldoc_test

import (
	"fmt"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

func Example() {
	data := []byte(`
[calendars.desk]
zone = "Asia/Jerusalem"

[[targets]]
id = "ops-transfer"
calendar = "dask"
witin = "20m"

[[targets]]
calendar = "desk"
source = "RA-22"
`)
	var raw struct {
		Calendars map[string]struct {
			Zone string `toml:"zone" required:"true"`
		} `toml:"calendars"`
		Targets []struct {
			ID       string          `toml:"id" required:"true" hint:"give it a short name of its own"`
			Calendar string          `toml:"calendar"`
			Within   string          `toml:"within,omitempty"`
			Source   tomldoc.Strings `toml:"source,omitempty"`
		} `toml:"targets"`
	}
	doc := tomldoc.Decode(data, "raanana/sla.toml", &raw)
	for i, t := range raw.Targets {
		if _, ok := raw.Calendars[t.Calendar]; !ok {
			doc.Errorf(tomldoc.At("targets", i, "calendar"), "no calendar named %q%s",
				t.Calendar, tomldoc.Suggest(t.Calendar, doc.Keys(tomldoc.At("calendars"))))
		}
	}
	fmt.Println(doc.Err())
	// Output:
	// raanana/sla.toml:7: targets.ops-transfer.calendar: no calendar named "dask"; did you mean "desk"?
	// raanana/sla.toml:8: targets.ops-transfer.witin: unknown key; did you mean "within"?
	// raanana/sla.toml:10: targets[2].id: missing; give it a short name of its own
}
