package tomldoc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// policyText is a policy of about 400 lines, such as a large municipality writes.
func policyText() []byte {
	var b strings.Builder
	b.WriteString("format = 1\n\n[calendars.desk]\nzone = \"Asia/Jerusalem\"\n")
	b.WriteString("closed = [2026-04-02, 2026-04-08, 2026-05-22]\nopens = 07:30:00\n\n")
	for i := range 36 {
		fmt.Fprintf(&b, `[[targets]]
id = "ops-handling-%d"
metric = "handling"
calendar = "desk"
within = "%dm"
source = "RA-%d"
title.en = "Handled by the desk"
title.he = "טיפול במוקד"
match = { category = ["network", "printer"], critical = true, priority = %d }
[[targets.escalations]]
at = "50%%"
to = "manager"

`, i, 20+i, i, i%5)
	}
	return []byte(b.String())
}

// What does it cost to load the policy of a municipality, beside the least that
// go-toml can do with the same file?
func BenchmarkDecode(b *testing.B) {
	data := policyText()
	b.Run("tomldoc", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			var p policy
			if err := Decode(data, "sla.toml", &p).Err(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("go-toml into a map", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			var m map[string]any
			if err := toml.Unmarshal(data, &m); err != nil {
				b.Fatal(err)
			}
		}
	})
}
