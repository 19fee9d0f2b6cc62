package tickettest

import (
	"os"
	"testing"
)

// The desks that are shipped keep to their vectors, which were worked out by hand
// from the documents.
func TestShippedDesks(t *testing.T) {
	for _, name := range []string{"raanana", "telephony", "iran-office"} {
		t.Run(name, func(t *testing.T) { Run(t, os.DirFS("../../examples/policies/"+name), Config{Strict: true}) })
	}
}
