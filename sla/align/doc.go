// Package align writes, for people, how a municipality's promises stand beside those
// of the vendors behind them, as [sla.Policy.Align] found it: a document with what can
// be kept and what cannot, why, and by when a ticket has to be handed over; and a
// picture of a week.
//
//	all, err := policy.Align(january, nextJanuary)
//	…
//	err = align.Document(sla.LanguageFor("he"), all, time.Now()).HTML(w)
package align
