package asset_test

import (
	"context"
	"testing"

	"github.com/townclerk/townclerk/asset"
)

func openMem(context.Context) (asset.Store, func() error, error) {
	return asset.NewMemStore(), func() error { return nil }, nil
}

// The sound store breaks no rule.
func TestMemStore(t *testing.T) {
	if err := asset.CheckStore(t.Context(), openMem); err != nil {
		t.Error(err)
	}
}
