package ticket

import (
	"testing"
	"time"
)

// What does a desk add to what its store costs, for a ticket with three targets?
func BenchmarkOpen(b *testing.B) {
	network := fault()
	network.Class = "network"
	b.Run("decide", func(b *testing.B) {
		p := testPolicy(b)
		r := network
		r.At = sunday
		b.ReportAllocs()
		for b.Loop() {
			made, _, err := p.Open("t-1", r)
			if err != nil {
				b.Fatal(err)
			}
			p.Settle(made, sunday)
		}
	})
	b.Run("desk", func(b *testing.B) {
		d, c := testDesk(b, NewMemStore())
		d.cfg.NewID = NewDesk(nil, d.policy, Config{}).cfg.NewID
		b.ReportAllocs()
		for b.Loop() {
			c.add(time.Second / 100)
			if _, err := d.Open(b.Context(), town, network); err != nil {
				b.Fatal(err)
			}
		}
	})
}
