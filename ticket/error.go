package ticket

import (
	"fmt"
	"strings"

	"github.com/townclerk/townclerk"
)

// TransitionError says that the workflow does not allow an action, and what it
// allows instead. It wraps [townclerk.ErrForbidden] if another person might.
type TransitionError struct {
	ID      ID
	Number  string
	Stage   int // 0: the ticket itself
	State   State
	Do      Action
	Rule    string   // that does not hold, as a sentence; empty: the action is none of its state
	Allowed []Action // what whoever asked may do now

	forbidden bool
}

// Error names the ticket, what is wrong, and what may be done.
func (e *TransitionError) Error() string {
	s := fmt.Sprintf("%s: cannot %s while %s", name(e.ID, e.Number, e.Stage), e.Do, e.State)
	if e.Rule != "" {
		s += ": " + e.Rule
	}
	if len(e.Allowed) == 0 {
		return s + "; nothing else is allowed now"
	}
	texts := make([]string, len(e.Allowed))
	for i, a := range e.Allowed {
		texts[i] = string(a)
	}
	return s + "; allowed now: " + strings.Join(texts, ", ")
}

// Unwrap returns [townclerk.ErrForbidden] if the rule is about who acts.
func (e *TransitionError) Unwrap() error {
	if e.forbidden {
		return townclerk.ErrForbidden
	}
	return nil
}

// FieldError says what is wrong with one field of a request or a command. What
// has several wrong gets them joined.
type FieldError struct {
	Field   string // such as channel, or fields.position
	Problem string // what is wrong, and how to mend it
}

// Error reads like a form's.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// name is how messages call a ticket or a stage.
func name(id ID, number string, stage int) string {
	s := "ticket " + string(id)
	if number != "" {
		s = "ticket " + number
	}
	if stage != 0 {
		s = fmt.Sprintf("%s, stage %d", s, stage)
	}
	return s
}

func timelineID(id ID, stage int) string { return fmt.Sprintf("%s/%d", id, stage) }
