package sla

import "time"

// instant is a [time.Time] as a fold keeps it: without a location, so that it is
// copied and compared in a few machine instructions. Its zero value is the zero time.
type instant struct {
	sec  int64 // since the zero time
	nsec int32
}

const zeroTimeUnix = -62135596800 // the zero time in Unix seconds

func instantOf(t time.Time) instant {
	return instant{t.Unix() - zeroTimeUnix, int32(t.Nanosecond())}
}

// in returns the instant in the zone; the zero time stays as it is.
func (a instant) in(zone *time.Location) time.Time {
	if a.zero() {
		return time.Time{}
	}
	return a.time().In(zone)
}

func (a instant) time() time.Time { return time.Unix(a.sec+zeroTimeUnix, int64(a.nsec)) }

func (a instant) zero() bool { return a == instant{} }

func (a instant) before(b instant) bool {
	return a.sec < b.sec || a.sec == b.sec && a.nsec < b.nsec
}

func (a instant) after(b instant) bool { return b.before(a) }

// next returns the instant a nanosecond later.
func (a instant) next() instant {
	if a.nsec == 1e9-1 {
		return instant{a.sec + 1, 0}
	}
	return instant{a.sec, a.nsec + 1}
}

// min returns the earlier of the two.
func (a instant) min(b instant) instant {
	if b.before(a) {
		return b
	}
	return a
}

// max returns the later of the two.
func (a instant) max(b instant) instant {
	if a.before(b) {
		return b
	}
	return a
}
