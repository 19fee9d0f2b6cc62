package report

import (
	"slices"
	"strings"
)

const (
	usualWidth = 80   // of a terminal
	mostLines  = 4    // of a label
	gap        = "  " // between columns
)

// textTable writes a table in columns or, if they do not fit on a line, row by row.
func (d *Document) textTable(t *Table, line func(string)) {
	l := d.language()
	labels := make([]string, len(t.Columns))
	for k, c := range t.Columns {
		labels[k] = ours(c.Label)
	}
	rows := make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		for _, c := range row {
			rows[i] = append(rows[i], c.told(l))
		}
	}
	for lines := range mostLines {
		if head := broken(labels, rows, lines+1); d.fits(head, rows) {
			textColumns(head, rows, t.numbers(), line)
			return
		}
	}
	textRows(labels, rows, line)
}

// widths returns how many places each column takes.
func widths(head, rows [][]string) []int {
	var most []int
	for _, lines := range [][][]string{head, rows} {
		for _, cells := range lines {
			most = append(most, make([]int, len(cells)-min(len(cells), len(most)))...)
			for k, text := range cells {
				most[k] = max(most[k], width(text))
			}
		}
	}
	return most
}

// fits reports whether the columns fit on a line.
func (d *Document) fits(head, rows [][]string) bool {
	places := -len(gap)
	for _, n := range widths(head, rows) {
		places += n + len(gap)
	}
	most := d.Width
	if most <= 0 {
		most = usualWidth
	}
	return places <= most
}

// broken breaks labels that are wider than what stands under them into so many lines
// at most, and returns the lines of the head. What is short stands at their end.
func broken(labels []string, rows [][]string, lines int) [][]string {
	parts, taken := make([][]string, len(labels)), 0
	for k, least := range widths([][]string{make([]string, len(labels))}, rows) {
		parts[k] = breakLabel(labels[k], least, lines)
		taken = max(taken, len(parts[k]))
	}
	head := make([][]string, taken)
	for i := range head {
		head[i] = make([]string, len(labels))
		for k, part := range parts {
			if from := taken - len(part); i >= from {
				head[i][k] = part[i-from]
			}
		}
	}
	return head
}

// breakLabel breaks a label at spaces into at most so many lines, as narrow as they can
// be, but not narrower than what stands under it. Isolates have to end on their line, so
// a label that has some stays whole.
func breakLabel(label string, least, lines int) []string {
	if lines == 1 || strings.ContainsAny(label, "\u2066\u2067\u2068\u2069") {
		return []string{label}
	}
	words := strings.Fields(label)
	for _, word := range words {
		least = max(least, width(word))
	}
	parts := fill(words, least)
	for len(parts) > lines {
		least++
		parts = fill(words, least)
	}
	return parts
}

// fill puts as many words on each line as fit.
func fill(words []string, most int) []string {
	var lines []string
	for _, word := range words {
		if last := len(lines) - 1; last >= 0 && width(lines[last]+" "+word) <= most {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}

// textColumns writes the head, a rule, and the rows.
func textColumns(head, rows [][]string, right []bool, line func(string)) {
	wide := widths(head, rows)
	rule := make([]string, len(wide))
	for k, n := range wide {
		rule[k] = strings.Repeat("-", n)
	}
	for _, texts := range slices.Concat(head, [][]string{rule}, rows) {
		cells := make([]string, len(texts))
		for k, text := range texts {
			cells[k] = pad(text, wide[k], right[k])
		}
		line(strings.Join(cells, gap))
	}
}

// textRows writes the rows one below the other, a line for each cell that says something.
func textRows(labels []string, rows [][]string, line func(string)) {
	wide := 0
	for _, label := range labels {
		wide = max(wide, width(label))
	}
	for i, row := range rows {
		if i > 0 {
			line("")
		}
		for k, text := range row {
			if text != "" {
				line(pad(labels[k], wide, false) + gap + text)
			}
		}
	}
}
