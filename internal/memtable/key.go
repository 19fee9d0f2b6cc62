package memtable

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
)

// Key is what an index is ordered by, byte by byte. It is made of parts, each
// appended so that no part is the beginning of another.
type Key []byte

// Time appends an instant, to the microsecond.
func (k Key) Time(t time.Time) Key {
	return k.integer(t.UnixMicro())
}

// Text appends text, which orders by its bytes.
func (k Key) Text(s string) Key {
	for {
		before, after, found := strings.Cut(s, "\x00")
		k = append(k, before...)
		if !found {
			return append(k, 0, 0)
		}
		k = append(k, 0, 1)
		s = after
	}
}

// integer appends n in digits of four bits. With whole bytes, the nodes of the
// tree would have up to 256 branches, all copied at every write below them:
// BenchmarkCreate.
func (k Key) integer(n int64) Key {
	const digits = "0123456789abcdef"
	u := uint64(n) ^ 1<<63 // the negative ones come first
	for shift := 60; shift >= 0; shift -= 4 {
		k = append(k, digits[u>>shift&15])
	}
	return k
}

// tenant appends a tenant. Their order does not matter, so the length comes first.
func (k Key) tenant(t townclerk.Tenant) Key {
	k = binary.AppendUvarint(k, uint64(len(t)))
	return append(k, t...)
}
