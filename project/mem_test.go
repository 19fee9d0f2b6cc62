package project

import (
	"context"
	"testing"
)

func openMem(context.Context) (Store, func() error, error) {
	return NewMemStore(), func() error { return nil }, nil
}

func TestMemStore(t *testing.T) {
	if err := CheckStore(t.Context(), openMem); err != nil {
		t.Error(err)
	}
}
