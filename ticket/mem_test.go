package ticket_test

import (
	"context"
	"testing"

	"github.com/townclerk/townclerk/ticket"
)

func openMem(context.Context) (ticket.Store, func() error, error) {
	return ticket.NewMemStore(), func() error { return nil }, nil
}

func TestMemStore(t *testing.T) {
	if err := ticket.CheckStore(t.Context(), openMem); err != nil {
		t.Error(err)
	}
}
