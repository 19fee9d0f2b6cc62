package kpi

// Clause is one performance measure of a charter (RA-62), and what it is attained by.
type Clause struct {
	ID         string
	Area       string
	Subject    string
	Promises   []string // targets of the promises
	Indicators []string
	Duties     []string
}
