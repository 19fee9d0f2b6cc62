package ticket

import "fmt"

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
