package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// demo is the command that tells how three offices keep what they have promised.
type demo struct{}

// pageWidth is how many columns a line of the demo has, so that it fits any terminal.
const pageWidth = 78

// Run tells a story of each office, which stand in files of their own, and then what
// can be found out about their policies.
func (demo) Run(out io.Writer, s style) error {
	for _, line := range wrap(introduction, pageWidth) {
		fmt.Fprintln(out, line)
	}
	return errors.Join(
		tell(out, s, "raanana", aboutRaanana, raananaContracts, raananaSunday()),
		tell(out, s, "telephony", aboutTelephony, nil, telephonyWeeks()),
		tell(out, s, "iran-office", aboutIran, nil, iranMonday()),
		telephoned(out, s),
		inventoried(out, s),
		developed(out, s),
		measured(out, s),
		checked(out, s),
		replayed(out, s),
		unkept(out, s),
	)
}

var introduction = strings.TrimSpace(`
Three offices at work: what people do with tickets, by the desk of package ticket.
Each line says when, to which ticket, and what happened. Below it stands what was
promised by that, until when and why, or what came of it. » is a message to somebody.
What the offices have promised is in examples/policies, what happens in
examples/townclerk/demo_*.go.
`)
