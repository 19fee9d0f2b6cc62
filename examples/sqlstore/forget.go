package sqlstore

import (
	"context"
	"fmt"

	"github.com/townclerk/townclerk"
)

// tables returns every table with rows of tenants. What refers to another stands before it.
func tables() []string {
	all := []string{"contract_terms"}
	for _, k := range kinds {
		all = append(all, k.name())
	}
	return append(all, "failures", "relays", "cursors", "events", "series", "tenants")
}

// Forget deletes all that is stored of a tenant, such as a municipality that leaves, in one
// transaction. It touches no other tenant, and one that has nothing is no error. What is
// written for the tenant afterwards begins anew, with the first Number and the first Seq.
//
// Neither database gives the room back, or wipes it, before its VACUUM. Backups and the
// municipality's own tables stay as they are.
func (s Stores) Forget(ctx context.Context, tenant townclerk.Tenant) error {
	err := s.write(ctx, tenant, func(q querier) error {
		if err := s.claimTenant(ctx, q, tenant); err != nil {
			return err
		}
		for _, table := range tables() {
			if _, err := q.ExecContext(ctx, s.bind(`DELETE FROM `+table+` WHERE tenant = ?`), string(tenant)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget %q: %w", tenant, err)
	}
	return nil
}

// claimTenant keeps others from writing for the tenant until the transaction ends, and
// from rows that refer to the tenant's. There is a row to lock afterwards, if there was none.
func (d dialect) claimTenant(ctx context.Context, q querier, tenant townclerk.Tenant) error {
	if _, err := ticketDomain.next(ctx, q, d, tenant, 0); err != nil || d == sqliteDialect {
		return err
	}
	// A reference only looks whether the row is there, which the lock above allows.
	_, err := q.ExecContext(ctx, `SELECT FROM tenants WHERE tenant = $1 FOR UPDATE`, string(tenant))
	return err
}
